using System.Buffers.Binary;
using System.IO.Compression;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>Puts <c>iCCP</c>, <c>pHYs</c> and <c>eXIf</c> between a PNG's <c>IHDR</c> and its pixels (PNG, third edition, 5.6).</summary>
internal sealed class PngHead(ResultMetadata metadata) : HeadRewriter
{
    private const int SignatureBytes = 8;
    private const double MillimetresPerMetre = 1000;

    /// <inheritdoc/>
    protected override int Rewrite(ReadOnlySpan<byte> head, Stream output)
    {
        // Of the chunks before the pixels only IHDR is kept: libvips adds a resolution even where there is none.
        var at = SignatureBytes;
        var headerEnd = 0;
        while (head.Length >= at + 8)
        {
            var type = head.Slice(at + 4, 4);
            var end = at + PngChunk.Overhead + (long)BinaryPrimitives.ReadUInt32BigEndian(head[at..]);
            if (type.SequenceEqual("IDAT"u8))
            {
                output.Write(head[..headerEnd]);
                WriteMetadata(output);
                return at;
            }
            if (end > head.Length) return 0;
            if (type.SequenceEqual("IHDR"u8)) headerEnd = (int)end;
            at = (int)end;
        }
        return 0;
    }

    private void WriteMetadata(Stream output)
    {
        if (metadata.Profile.Length > 0) WriteChunk(output, "iCCP"u8, [.. "icc\0\0"u8, .. Deflate(metadata.Profile)]);
        if (metadata.Horizontal > 0)
        {
            var resolution = new byte[9]; // two per metre, and that unit
            BinaryPrimitives.WriteUInt32BigEndian(resolution, PerMetre(metadata.Horizontal));
            BinaryPrimitives.WriteUInt32BigEndian(resolution.AsSpan(4), PerMetre(metadata.Vertical));
            resolution[8] = 1;
            WriteChunk(output, "pHYs"u8, resolution);
        }
        if (metadata.Exif.Length > 0) WriteChunk(output, "eXIf"u8, metadata.Exif);
    }

    private static uint PerMetre(double perMillimetre) => (uint)Math.Clamp(Math.Round(perMillimetre * MillimetresPerMetre), 1, int.MaxValue);

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal)) zlib.Write(bytes);
        return packed.ToArray();
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) => output.Write(PngChunk.Of(type, data));
}
