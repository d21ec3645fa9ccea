using System.Runtime.InteropServices;

namespace TorchUpscaler.Core;

/// <summary>
/// A decoded picture, upright (EXIF orientation applied), 8 or 16 bits a sample, grey or RGB, with or without alpha.
/// Samples are interleaved, rows follow each other from top to bottom without padding: <c>[height][width][channels]</c>.
/// </summary>
public sealed class Picture
{
    private readonly byte[] _samples; // [height][width][channels], each Bits / 8 bytes, in the machine's byte order

    /// <summary>Allocates a black (and, with alpha, transparent) picture.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (straight, not premultiplied).</param>
    /// <param name="bits">Bits of a sample: 8 or 16.</param>
    /// <param name="metadata">What is carried beside the pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, the channels or the bits are none of the above.</exception>
    /// <exception cref="PictureException">The samples need more than one array can hold (2 GB).</exception>
    public Picture(int width, int height, int channels, int bits, PictureMetadata? metadata = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        if (bits is not (8 or 16)) throw new ArgumentOutOfRangeException(nameof(bits), bits, "8 or 16 bits");

        var bytes = checked((long)width * height * channels * (bits / 8));
        if (bytes > Array.MaxLength)
            throw new PictureException($"the picture's {width}×{height} pixels need more than 2 GB; use a smaller picture");
        Width = width;
        Height = height;
        Channels = channels;
        Bits = bits;
        Metadata = metadata ?? PictureMetadata.None;
        _samples = new byte[bytes];
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>Samples of a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.</summary>
    public int Channels { get; }

    /// <summary>Bits of a sample: 8 or 16.</summary>
    public int Bits { get; }

    /// <summary>What is carried beside the pixels.</summary>
    public PictureMetadata Metadata { get; }

    /// <summary>Whether the last channel is alpha.</summary>
    public bool HasAlpha => Channels is 2 or 4;

    /// <summary>Channels without alpha: 1 or 3.</summary>
    public int ColorChannels => HasAlpha ? Channels - 1 : Channels;

    /// <summary>Bytes of one row.</summary>
    public int RowBytes => Width * Channels * (Bits / 8);

    /// <summary>All samples as bytes, <c>[height][width][channels]</c>; 16-bit samples in the machine's byte order.</summary>
    public Span<byte> Bytes => _samples;

    /// <summary>One row's samples of an 8-bit picture, <c>[width][channels]</c>.</summary>
    /// <exception cref="InvalidOperationException">The picture has 16 bits.</exception>
    public Span<byte> Row8(int y) => Bits == 8
        ? _samples.AsSpan(checked(y * RowBytes), RowBytes)
        : throw new InvalidOperationException("the picture has 16 bits a sample");

    /// <summary>One row's samples of a 16-bit picture, <c>[width][channels]</c>.</summary>
    /// <exception cref="InvalidOperationException">The picture has 8 bits.</exception>
    public Span<ushort> Row16(int y) => Bits == 16
        ? MemoryMarshal.Cast<byte, ushort>(_samples.AsSpan(checked(y * RowBytes), RowBytes))
        : throw new InvalidOperationException("the picture has 8 bits a sample");
}
