using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Writes an extended WebP file: the encoder's pixel chunks, <c>ICCP</c> before and <c>EXIF</c> behind them (WebP
/// Container Specification, Extended File Format). Other chunks of the encoder are left out: libvips adds an EXIF block
/// with a resolution even where there is none.
/// </summary>
internal sealed class WebPRewriter(ResultMetadata metadata, int width, int height, bool hasAlpha) : FileRewriter
{
    private const byte ProfileFlag = 0x20, AlphaFlag = 0x10, ExifFlag = 0x08;
    private const int RiffBytes = 12, ChunkHeaderBytes = 8, ExtendedBytes = 10;

    private readonly byte[] _header = new byte[RiffBytes]; // of the file, then of each chunk
    private int _headerBytes = RiffBytes, _inHeader;
    private long _rest; // bytes of the current chunk that are still to come
    private bool _keeps; // whether they are pixels
    private bool _begun, _hasPixels;

    /// <inheritdoc/>
    internal override void Write(ReadOnlySpan<byte> bytes, Stream output)
    {
        while (bytes.Length > 0)
        {
            if (_rest > 0)
            {
                var part = bytes[..(int)Math.Min(_rest, bytes.Length)];
                if (_keeps) output.Write(part);
                _rest -= part.Length;
                bytes = bytes[part.Length..];
                continue;
            }
            _header[_inHeader++] = bytes[0];
            bytes = bytes[1..];
            if (_inHeader == _headerBytes) Enter(output);
        }
    }

    /// <inheritdoc/>
    internal override void Finish(Stream output)
    {
        if (!_hasPixels || _rest > 0) throw new InvalidDataException("the encoder's file is not whole");
        WriteChunk(output, "EXIF"u8, Exif());
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, checked((uint)(output.Position - 8)));
        output.Position = 4;
        output.Write(size);
        output.Position = output.Length;
    }

    private void Enter(Stream output)
    {
        _inHeader = 0;
        if (!_begun)
        {
            Begin(output);
            return;
        }
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4));
        var type = _header.AsSpan(0, 4);
        _keeps = type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8) || type.SequenceEqual("ALPH"u8);
        _hasPixels |= _keeps;
        _rest = (long)length + (length & 1);
        if (_keeps) output.Write(_header.AsSpan(0, ChunkHeaderBytes));
    }

    private void Begin(Stream output)
    {
        _begun = true;
        _headerBytes = ChunkHeaderBytes;
        output.Write(_header); // the size in it is set at the end
        var extended = new byte[ExtendedBytes];
        extended[0] = (byte)((metadata.Profile.Length > 0 ? ProfileFlag : 0) | (hasAlpha ? AlphaFlag : 0) | (Exif().Length > 0 ? ExifFlag : 0));
        PutSize(extended.AsSpan(4), width);
        PutSize(extended.AsSpan(7), height);
        WriteChunk(output, "VP8X"u8, extended);
        WriteChunk(output, "ICCP"u8, metadata.Profile);
    }

    private byte[] Exif() => metadata.ExifOrResolution();

    // 24 bits, one less than the size.
    private static void PutSize(Span<byte> place, int size) =>
        (place[0], place[1], place[2]) = ((byte)(size - 1), (byte)((size - 1) >> 8), (byte)((size - 1) >> 16));

    // Padded to an even length; nothing for nothing.
    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, byte[] data)
    {
        if (data.Length == 0) return;
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)data.Length);
        output.Write(type);
        output.Write(length);
        output.Write(data);
        if ((data.Length & 1) != 0) output.WriteByte(0);
    }
}
