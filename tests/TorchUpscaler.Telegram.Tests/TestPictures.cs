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
    /// <param name="isHalfThere">Whether each pixel lets half of what is behind it through.</param>
    internal static byte[] Png(int width, int height, Func<int, int, byte> sample, bool isHalfThere = false)
    {
        using var png = new MemoryStream();
        png.Write([0x89, .. "PNG\r\n\x1a\n"u8]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits a sample; the other zeros: deflate, no filter, not interlaced
        header[9] = (byte)(isHalfThere ? 4 : 0); // grey with alpha, or grey
        Chunk(png, "IHDR", header);
        Chunk(png, "IDAT", Rows(width, height, sample, isHalfThere));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Rows(int width, int height, Func<int, int, byte> sample, bool isHalfThere)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var step = isHalfThere ? 2 : 1;
            var row = new byte[width * step + 1];
            Array.Fill(row, (byte)128, 1, row.Length - 1);
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++) row[x * step + 1] = sample(x, y);
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
