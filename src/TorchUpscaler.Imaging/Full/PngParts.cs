using System.Buffers.Binary;
using System.IO.Compression;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A PNG taken apart (PNG, third edition, 5): head, palette and pixels for the decoder, profile and EXIF for us.</summary>
internal sealed class PngParts
{
    private const int SignatureBytes = 8, ChunkOverhead = 12, MostChunks = 1_000_000;
    private const int LongestProfile = 8 << 20; // unpacked
    private const int LongestExif = 8 << 20;
    private const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    private readonly FileBytes _file;
    private readonly PiecesStream _pixels, _packed;
    private byte[] _head = [];
    private byte[]? _profile, _exif;
    private bool _hasPalette, _hasTransparency, _hasProfile, _hasPixels;

    private PngParts(FileBytes file) => (_file, _pixels, _packed) = (file, new PiecesStream(file.File), new PiecesStream(file.File));

    private int Width => BinaryPrimitives.ReadInt32BigEndian(_head);
    private int Height => BinaryPrimitives.ReadInt32BigEndian(_head.AsSpan(4));
    private int StoredBits => _head[8];
    private int Kind => _head[9];
    private bool IsInterlaced => _head[12] == 1;

    /// <summary>Takes a file apart.</summary>
    /// <param name="path">Its name, for what reads it by itself.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">Not whole.</exception>
    internal static PixelParts Read(string path, FileBytes file)
    {
        var parts = new PngParts(file);
        parts.Walk();
        return parts.Whole(path);
    }

    private void Walk()
    {
        _pixels.Take(0, SignatureBytes);
        long at = SignatureBytes;
        Span<byte> type = stackalloc byte[4];
        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            var head = _file.Need(at, 8);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            head[4..].CopyTo(type);
            var end = at + ChunkOverhead + length;
            if (end > _file.Length) throw new InvalidDataException("it ends too early");
            if (chunk == 0 != type.SequenceEqual("IHDR"u8)) throw new InvalidDataException("its head is missing or stands twice");
            if (IsForTheDecoder(type, at + 8, length)) _pixels.Take(at, end - at);
            if (type.SequenceEqual("IEND"u8)) return;
            at = end;
        }
        throw new InvalidDataException("it has too many chunks");
    }

    private bool IsForTheDecoder(ReadOnlySpan<byte> type, long at, uint length)
    {
        if (type.SequenceEqual("IHDR"u8))
        {
            if (length != 13) throw new InvalidDataException("its head is no head");
            _head = _file.Copy(at, length);
            return true;
        }
        if (type.SequenceEqual("IDAT"u8))
        {
            _packed.Take(at, length);
            return _hasPixels = true;
        }
        if (type.SequenceEqual("IEND"u8)) return true;
        // All else counts only before the pixels, the first time it is said.
        if (type.SequenceEqual("eXIf"u8) && _exif is null && length <= LongestExif) _exif = ExifBlock.Normalise(_file.Copy(at, length));
        if (_hasPixels) return false;
        if (type.SequenceEqual("iCCP"u8) && !_hasProfile && (_hasProfile = true) && length <= LongestProfile) _profile = Unpacked(_file.Copy(at, length));
        if (type.SequenceEqual("PLTE"u8)) return !_hasPalette && (_hasPalette = true);
        return type.SequenceEqual("tRNS"u8) && !_hasTransparency && Kind is Grey or Rgb or Palette && (_hasTransparency = true);
    }

    private PixelParts Whole(string path)
    {
        if (!_hasPixels) throw new InvalidDataException("it has no pixels");
        if (Width < 1 || Height < 1 || _head[10] != 0 || _head[11] != 0 || _head[12] > 1 || !IsKind()) throw new InvalidDataException("its head says nonsense");
        if (Kind == Palette && !_hasPalette) throw new InvalidDataException("its palette is missing");
        var colours = Kind is Grey or GreyAlpha ? 1 : 3;
        var channels = _hasTransparency || Kind is GreyAlpha or RgbAlpha ? colours + 1 : colours;
        var profile = IccProfile.Fits(_profile, isGrey: colours == 1) ? _profile : _profile is null ? PngColours.Profile(path, isGrey: colours == 1) : null;
        return new PixelParts(Width, Height, channels, StoredBits == 16 ? 16 : 8, _pixels)
        {
            Found = new FoundMetadata(profile, _exif, PngResolution.Read(path)),
            Orientation = FoundMetadata.Orientation(_exif, null),
            CheckPixels = CheckPixels,
        };
    }

    private bool IsKind() => Kind switch
    {
        Grey => StoredBits is 1 or 2 or 4 or 8 or 16,
        Palette => StoredBits is 1 or 2 or 4 or 8,
        Rgb or GreyAlpha or RgbAlpha => StoredBits is 8 or 16,
        _ => false,
    };

    // A decoder that runs out of pixels leaves the rest as it is and says nothing; so they are counted.
    private void CheckPixels(CancellationToken cancellation)
    {
        var missing = UnpackedBytes();
        _packed.Position = 0;
        _packed.Cancellation = cancellation;
        using var zlib = new ZLibStream(_packed, CompressionMode.Decompress, leaveOpen: true);
        var buffer = new byte[FileBytes.WindowBytes];
        while (missing > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = zlib.Read(buffer);
            if (read == 0) throw new InvalidDataException("it ends too early");
            missing -= read;
        }
    }

    // Each row with the byte that says how it is filtered; interlaced in seven passes.
    private long UnpackedBytes()
    {
        var samples = Kind switch { Rgb => 3, GreyAlpha => 2, RgbAlpha => 4, _ => 1 };
        long Pass(int left, int top, int stepX, int stepY)
        {
            long columns = (Width - left + stepX - 1) / stepX, rows = (Height - top + stepY - 1) / stepY;
            return columns <= 0 || rows <= 0 ? 0 : rows * (1 + (((columns * samples * StoredBits) + 7) / 8));
        }
        if (!IsInterlaced) return Pass(0, 0, 1, 1);
        return Pass(0, 0, 8, 8) + Pass(4, 0, 8, 8) + Pass(0, 4, 4, 8) + Pass(2, 0, 4, 4) + Pass(0, 2, 2, 4) + Pass(1, 0, 2, 2) + Pass(0, 1, 1, 2);
    }

    // A name, a zero, the way of packing, and the packed profile.
    private static byte[]? Unpacked(byte[] chunk)
    {
        var end = Array.IndexOf(chunk, (byte)0);
        if (end < 0 || end + 2 > chunk.Length || chunk[end + 1] != 0) return null;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(chunk, end + 2, chunk.Length - end - 2), CompressionMode.Decompress);
            Span<byte> length = stackalloc byte[4]; // it begins with it
            zlib.ReadExactly(length);
            if (BinaryPrimitives.ReadUInt32BigEndian(length) is < 4 or > LongestProfile) return null;
            var profile = new byte[BinaryPrimitives.ReadUInt32BigEndian(length)];
            length.CopyTo(profile);
            zlib.ReadExactly(profile.AsSpan(4));
            return profile;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return null;
        }
    }
}
