using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A WebP taken apart (WebP Container Specification): the chunks of its pixels for the decoder, profile and EXIF for us. Of an animation, the first frame.</summary>
internal sealed class WebPParts
{
    private const int RiffBytes = 12, ChunkHeader = 8, ExtendedBytes = 10, MostChunks = 10_000, LongestBlock = 8 << 20;
    private const byte AlphaFlag = 0x10, AnimationFlag = 0x02;

    private readonly FileBytes _file;
    private readonly List<(long At, long Count)> _kept = [];
    private byte[]? _extended, _profile, _exif;
    private (int Width, int Height, bool HasAlpha)? _frame;
    private bool _hasAlphaChunk;

    private WebPParts(FileBytes file) => _file = file;

    private bool IsAnimated => _extended is not null && (_extended[0] & AnimationFlag) != 0;

    /// <summary>Takes a file apart.</summary>
    /// <exception cref="InvalidDataException">Not whole.</exception>
    internal static PixelParts Read(FileBytes file)
    {
        var parts = new WebPParts(file);
        parts.Walk();
        return parts.Whole();
    }

    private void Walk()
    {
        // The length that stands there is a promise; more behind it is none of the picture.
        var end = BinaryPrimitives.ReadUInt32LittleEndian(_file.Need(4, 4)) + 8L;
        if (end > _file.Length) throw new InvalidDataException("it ends too early");
        long at = RiffBytes;
        Span<byte> type = stackalloc byte[4];
        for (var chunk = 0; at + ChunkHeader <= end; chunk++)
        {
            if (chunk == MostChunks) throw new InvalidDataException("it has too many chunks");
            var head = _file.Need(at, ChunkHeader);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (at + ChunkHeader + length > end) throw new InvalidDataException("it ends too early");
            head[..4].CopyTo(type);
            var next = at + ChunkHeader + length + (length & 1);
            if (IsForTheDecoder(type, at + ChunkHeader, length)) _kept.Add((at, Math.Min(next, _file.Length) - at));
            at = next;
        }
    }

    private bool IsForTheDecoder(ReadOnlySpan<byte> type, long at, uint length)
    {
        if (type.SequenceEqual("VP8X"u8))
        {
            if (length != ExtendedBytes || _extended is not null || _frame is not null) throw new InvalidDataException("its head is no head");
            _extended = _file.Copy(at, length);
            return false; // written anew
        }
        if (type.SequenceEqual("ICCP"u8) && _profile is null && length <= LongestBlock) _profile = _file.Copy(at, length);
        if (type.SequenceEqual("EXIF"u8) && _exif is null && length <= LongestBlock) _exif = ExifBlock.Normalise(_file.Copy(at, length));
        if (_frame is not null) return false; // one frame is enough
        if (IsAnimated)
        {
            if (type.SequenceEqual("ANMF"u8)) NoteFrameOfAnimation(at, length);
            return type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ANMF"u8);
        }
        if (type.SequenceEqual("ALPH"u8)) return _extended is not null && !_hasAlphaChunk && (_hasAlphaChunk = true);
        if (type.SequenceEqual("VP8 "u8)) _frame = Lossy(_file.Need(at, (int)Math.Min(length, 10)));
        if (type.SequenceEqual("VP8L"u8)) _frame = Lossless(_file.Need(at, (int)Math.Min(length, 5)));
        return _frame is not null;
    }

    // Its place and size lie within the canvas.
    private void NoteFrameOfAnimation(long at, uint length)
    {
        if (length < 16) throw new InvalidDataException("its frame is no frame");
        var head = _file.Need(at, 12);
        var (left, top, width, height) = (Whole24(head) * 2, Whole24(head[3..]) * 2, Whole24(head[6..]) + 1, Whole24(head[9..]) + 1);
        if (left + width > CanvasWidth || top + height > CanvasHeight) throw new InvalidDataException("its frame is larger than the picture");
        _frame = (CanvasWidth, CanvasHeight, false);
    }

    private int CanvasWidth => Whole24(_extended.AsSpan(4)) + 1;
    private int CanvasHeight => Whole24(_extended.AsSpan(7)) + 1;

    private PixelParts Whole()
    {
        if (_frame is not { } frame) throw new InvalidDataException("it has no pixels");
        var hasAlpha = _extended is null ? frame.HasAlpha : (_extended[0] & AlphaFlag) != 0;
        if (_extended is not null && (frame.Width, frame.Height) != (CanvasWidth, CanvasHeight)) throw new InvalidDataException("it tells two sizes");
        return new PixelParts(frame.Width, frame.Height, hasAlpha ? 4 : 3, 8, Pixels())
        {
            Found = new FoundMetadata(IccProfile.Fits(_profile, isGrey: false) ? _profile : null, _exif, null),
            Orientation = FoundMetadata.Orientation(_exif, null),
        };
    }

    private PiecesStream Pixels()
    {
        var pixels = new PiecesStream(_file.File);
        var extended = _extended is null ? 0 : ChunkHeader + ExtendedBytes;
        byte[] head = [.. "RIFF\0\0\0\0WEBP"u8];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), checked((uint)(4 + extended + _kept.Sum(piece => piece.Count))));
        pixels.Add(head);
        if (_extended is not null) pixels.Add([.. "VP8X"u8, ExtendedBytes, 0, 0, 0, (byte)(_extended[0] & (AlphaFlag | AnimationFlag)), .. _extended[1..]]);
        foreach (var (at, count) in _kept) pixels.Take(at, count);
        return pixels;
    }

    // RFC 6386, 9.1: a tag, the mark of a key frame, 14 bits of each side.
    private static (int, int, bool) Lossy(ReadOnlySpan<byte> head)
    {
        if (head.Length < 10 || (head[0] & 1) != 0 || !head[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])) throw new InvalidDataException("its pixels have no head");
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(head[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) & 0x3FFF);
        return width > 0 && height > 0 ? (width, height, false) : throw new InvalidDataException("it has no size");
    }

    // WebP Lossless Bitstream Specification, 3: a mark, 14 bits of each side less one, and whether alpha is used.
    private static (int, int, bool) Lossless(ReadOnlySpan<byte> head)
    {
        if (head.Length < 5 || head[0] != 0x2F) throw new InvalidDataException("its pixels have no head");
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ((bits >> 28) & 1) != 0);
    }

    private static int Whole24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
