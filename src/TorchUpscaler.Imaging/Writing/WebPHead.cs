using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Turns a plain WebP file into an extended one with <c>ICCP</c> before and <c>EXIF</c> behind the pixels (WebP Container
/// Specification, Extended File Format). WebP has no place for a resolution but EXIF's.
/// </summary>
internal sealed class WebPHead(ResultMetadata metadata, int width, int height, bool hasAlpha) : HeadRewriter
{
    private const byte ProfileFlag = 0x20, AlphaFlag = 0x10, ExifFlag = 0x08;
    private const int RiffBytes = 12, ChunkHeaderBytes = 8, ExtendedBytes = 10;

    private bool Adds => metadata.Profile.Length > 0 || metadata.Exif.Length > 0;

    /// <inheritdoc/>
    protected override int Rewrite(ReadOnlySpan<byte> head, Stream output)
    {
        if (!Adds) return Pass(head, output);
        var extendedEnd = RiffBytes + ChunkHeaderBytes + ExtendedBytes;
        if (head.Length < extendedEnd) return 0;

        var isExtended = head[RiffBytes..].StartsWith("VP8X"u8);
        var used = isExtended ? extendedEnd : RiffBytes;
        byte[] extended = [.. "VP8X"u8, ExtendedBytes, 0, 0, 0, Flags(), 0, 0, 0, 0, 0, 0, 0, 0, 0];
        PutSize(extended.AsSpan(12), width);
        PutSize(extended.AsSpan(15), height);
        var profile = Chunk("ICCP"u8, metadata.Profile);

        var added = extended.Length + profile.Length + Chunk("EXIF"u8, metadata.Exif).Length - (used - RiffBytes);
        byte[] riff = [.. head[..RiffBytes]];
        BinaryPrimitives.WriteUInt32LittleEndian(riff.AsSpan(4), checked(BinaryPrimitives.ReadUInt32LittleEndian(riff.AsSpan(4)) + (uint)added));
        output.Write(riff);
        output.Write(extended);
        output.Write(profile);
        return used;
    }

    /// <inheritdoc/>
    protected override void WriteTail(Stream output) => output.Write(Chunk("EXIF"u8, metadata.Exif));

    private static int Pass(ReadOnlySpan<byte> head, Stream output)
    {
        output.Write(head);
        return head.Length;
    }

    private byte Flags() => (byte)((metadata.Profile.Length > 0 ? ProfileFlag : 0)
        | (hasAlpha ? AlphaFlag : 0)
        | (metadata.Exif.Length > 0 ? ExifFlag : 0));

    // 24 bits, one less than the size.
    private static void PutSize(Span<byte> place, int size) =>
        (place[0], place[1], place[2]) = ((byte)(size - 1), (byte)((size - 1) >> 8), (byte)((size - 1) >> 16));

    // Padded to an even length; nothing for nothing.
    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        if (data.Length == 0) return [];
        var chunk = new byte[ChunkHeaderBytes + data.Length + (data.Length & 1)];
        type.CopyTo(chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(4), (uint)data.Length);
        data.CopyTo(chunk.AsSpan(ChunkHeaderBytes));
        return chunk;
    }
}
