using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TorchUpscaler.Telegram.Tests;

/// <summary>Pictures made here.</summary>
internal static class TestPictures
{
    /// <summary>A grey PNG with a pattern that the seed tells apart.</summary>
    internal static byte[] Png(int width, int height, int seed = 1) => Png(width, height, (x, y) => (byte)(x * seed + y));

    /// <summary>A grey PNG of these samples.</summary>
    /// <param name="sample">The sample of a column and a row.</param>
    internal static byte[] Png(int width, int height, Func<int, int, byte> sample)
    {
        using var png = new MemoryStream();
        png.Write([0x89, .. "PNG\r\n\x1a\n"u8]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits a sample; the other zeros: grey, deflate, no filter, not interlaced
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", Rows(width, height, sample));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Rows(int width, int height, Func<int, int, byte> sample)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[width + 1];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++) row[x + 1] = sample(x, y);
                zlib.Write(row);
            }
        }
        return data.ToArray();
    }

    private static void Chunk(MemoryStream png, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        png.Write(word);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc(body));
        png.Write(word);
    }

    private static uint Crc(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
        return ~crc;
    }
}
