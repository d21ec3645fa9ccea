using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// Writes a PNG (PNG, third edition) row by row, while the rows come. ImageSharp's encoder wants the picture as a whole and takes six
/// times its memory, which results of the usual size do not leave.
/// </summary>
internal sealed class PngRowWriter : RowPictureWriter
{
    private const int ChunkBytes = 1 << 16, Level = 4; // as with libvips: higher ones take twice the time for 5 %
    private const byte FilterUp = 2;

    private readonly byte[] _chunk = new byte[PngChunk.Overhead + ChunkBytes];
    private int _packed; // bytes of it

    /// <summary>Starts the encoder; owns <paramref name="file"/> from then on.</summary>
    internal PngRowWriter(ResultFile file, ResultShape shape, EncodeOptions options)
        : base(file, shape, options, new RowFitter(shape, options.Format)) => Begin();

    /// <summary>Memory that it holds, in bytes.</summary>
    internal static long Bytes(ResultShape shape)
    {
        const int rowsInEncoder = 4; // one as it came, the one above it, and filtered
        const long always = 4 << 20;
        var rowBytes = new RowFitter(shape, PictureFormat.Png).RowBytes;
        return always + ((long)rowBytes * (RowQueue.Capacity(rowBytes, shape.Height) + rowsInEncoder));
    }

    /// <inheritdoc/>
    protected override void Encode()
    {
        PutAll([0x89, .. "PNG\r\n\u001a\n"u8, .. PngChunk.Of("IHDR"u8, Head())]);
        using (var zlib = new ZLibStream(new Packed(this), new ZLibCompressionOptions { CompressionLevel = Level })) PackRows(zlib);
        PutChunk();
        PutAll(PngChunk.Of("IEND"u8, []));
    }

    private byte[] Head()
    {
        var head = new byte[13]; // not interlaced
        BinaryPrimitives.WriteInt32BigEndian(head, Shape.Width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), Shape.Height);
        head[8] = (byte)Fitter.Bits;
        head[9] = Fitter.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        return head;
    }

    private void PackRows(ZLibStream zlib)
    {
        byte[] row = new byte[Fitter.RowBytes], above = new byte[row.Length], filtered = new byte[1 + row.Length];
        filtered[0] = FilterUp;
        for (var y = 0; y < Shape.Height; y++)
        {
            if (!Queue.Take(y, row)) throw new OperationCanceledException();
            if (Fitter.Bits == 16 && BitConverter.IsLittleEndian)
            {
                var samples = MemoryMarshal.Cast<byte, ushort>(row.AsSpan());
                BinaryPrimitives.ReverseEndianness(samples, samples);
            }
            Subtract(row, above, filtered.AsSpan(1));
            zlib.Write(filtered);
            (row, above) = (above, row);
        }
    }

    private static void Subtract(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> difference)
    {
        var at = 0;
        for (; at <= row.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            (new Vector<byte>(row[at..]) - new Vector<byte>(above[at..])).CopyTo(difference[at..]);
        for (; at < row.Length; at++) difference[at] = (byte)(row[at] - above[at]);
    }

    private void Pack(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var part = bytes[..Math.Min(bytes.Length, ChunkBytes - _packed)];
            part.CopyTo(_chunk.AsSpan(PngChunk.DataAt + _packed));
            _packed += part.Length;
            bytes = bytes[part.Length..];
            if (_packed == ChunkBytes) PutChunk();
        }
    }

    private void PutChunk()
    {
        if (_packed == 0) return;
        var chunk = _chunk.AsSpan(0, PngChunk.Overhead + _packed);
        PngChunk.Frame(chunk, "IDAT"u8);
        PutAll(chunk);
        _packed = 0;
    }

    private void PutAll(ReadOnlySpan<byte> bytes)
    {
        if (!Put(bytes)) throw new OperationCanceledException();
    }

    /// <summary>Takes what is packed.</summary>
    private sealed class Packed(PngRowWriter writer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => writer.Pack(buffer);

        public override void Write(byte[] buffer, int offset, int count) => writer.Pack(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
