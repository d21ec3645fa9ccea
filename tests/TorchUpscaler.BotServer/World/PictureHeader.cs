using System.Buffers.Binary;

namespace TorchUpscaler.BotServer.World;

/// <summary>A picture's format and size, from its first bytes.</summary>
/// <param name="Mime">Its type.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal sealed record PictureHeader(string Mime, int Width, int Height)
{
    /// <summary>Null where it is no PNG, JPEG, WebP or GIF.</summary>
    internal static PictureHeader? Read(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[Math.Min(file.Length, 1 << 18)];
        file.ReadExactly(head);
        return Png(head) ?? Gif(head) ?? WebP(head) ?? Jpeg(head);
    }

    private static PictureHeader? Png(ReadOnlySpan<byte> head)
    {
        if (head.Length < 24 || head[0] != 0x89 || !head[1..].StartsWith("PNG\r\n\x1a\n"u8)) return null;
        return new("image/png", BinaryPrimitives.ReadInt32BigEndian(head[16..]), BinaryPrimitives.ReadInt32BigEndian(head[20..]));
    }

    private static PictureHeader? Gif(ReadOnlySpan<byte> head) => head.Length >= 10 && head.StartsWith("GIF8"u8)
        ? new("image/gif", BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]))
        : null;

    private static PictureHeader? WebP(ReadOnlySpan<byte> head)
    {
        if (head.Length < 30 || !head.StartsWith("RIFF"u8) || !head[8..].StartsWith("WEBP"u8)) return null;
        if (head[12..].StartsWith("VP8X"u8)) return new("image/webp", 1 + (head[24] | head[25] << 8 | head[26] << 16), 1 + (head[27] | head[28] << 8 | head[29] << 16));
        if (head[12..].StartsWith("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
            return new("image/webp", 1 + (int)(bits & 0x3fff), 1 + (int)(bits >> 14 & 0x3fff));
        }
        return new("image/webp", BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3fff, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3fff);
    }

    private static PictureHeader? Jpeg(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4 || head[0] != 0xff || head[1] != 0xd8) return null;
        for (var i = 2; i + 9 < head.Length;)
        {
            if (head[i] != 0xff) return null;
            var marker = head[i + 1];
            if (marker is 0xff)
            {
                i++;
                continue;
            }
            // A frame header: any SOF but the three numbers that mean tables.
            if (marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc))
                return new("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(head[(i + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(head[(i + 5)..]));
            i += 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(i + 2)..]);
        }
        return null;
    }
}
