using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A TIFF with all its bytes where they were, and another directory behind them, in the file's byte order.</summary>
internal sealed class TiffPixels(FileBytes file, TiffFile tiff)
{
    private int FieldBytes => tiff.IsBig ? 8 : 4;

    /// <summary>The file with a directory of these entries, and no other.</summary>
    internal PiecesStream With(IEnumerable<TiffTag> tags)
    {
        var head = file.Copy(0, tiff.FirstDirectoryAt);
        var at = file.Length + (file.Length & 1);
        var pixels = new PiecesStream(file.File);
        pixels.Add([.. head, .. Number(at, FieldBytes)]);
        pixels.Take(head.Length + FieldBytes, file.Length - head.Length - FieldBytes);
        pixels.Add(new byte[at - file.Length]);
        pixels.Add(Directory([.. tags.OrderBy(tag => tag.Tag)], at));
        return pixels;
    }

    private byte[] Directory(TiffTag[] tags, long at)
    {
        using var directory = new MemoryStream();
        using var values = new MemoryStream();
        var behind = at + (tiff.IsBig ? 8 : 2) + (tags.Length * (4L + (2 * FieldBytes))) + FieldBytes;
        directory.Write(Number(tags.Length, tiff.IsBig ? 8 : 2));
        foreach (var tag in tags)
        {
            directory.Write([.. Number(tag.Tag, 2), .. Number(tag.Type, 2), .. Number(tag.Count, FieldBytes)]);
            var data = (byte[])tag.Data.Clone();
            if (!tiff.IsLittle) TiffFile.Swap(data, TiffTag.WordBytes(tag.Type));
            if (data.Length <= FieldBytes)
            {
                directory.Write([.. data, .. new byte[FieldBytes - data.Length]]);
                continue;
            }
            directory.Write(Number(behind + values.Length, FieldBytes));
            values.Write(data);
            if (data.Length % 2 != 0) values.WriteByte(0);
        }
        directory.Write(Number(0, FieldBytes)); // no directory after it
        return [.. directory.ToArray(), .. values.ToArray()];
    }

    private byte[] Number(long number, int bytes)
    {
        var field = new byte[8];
        if (bytes < 8 && number >> (8 * bytes) != 0) throw new UnreadKindException("a TIFF of more than 4 GB");
        BinaryPrimitives.WriteInt64LittleEndian(field, number);
        field = field[..bytes];
        if (!tiff.IsLittle) Array.Reverse(field);
        return field;
    }
}
