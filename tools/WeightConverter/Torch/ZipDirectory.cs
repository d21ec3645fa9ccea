using System.Buffers.Binary;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>A file inside a zip, whose bytes stand in the zip as they are.</summary>
/// <param name="Name">Its name in the zip.</param>
/// <param name="Begin">Its first byte in the zip.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Crc32">The CRC-32 that the directory says its bytes have.</param>
/// <param name="Packing">Null, or in what way its bytes are not there as they are.</param>
internal readonly record struct ZipEntry(string Name, long Begin, long Length, uint Crc32, string? Packing);

/// <summary>
/// The files of a zip as torch.save writes it, with zip64 records. Every offset and length is checked against the file, every
/// entry against its own header, and no two entries share a byte, so that the bytes of an entry can be read in place.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64LocatorSignature = 0x07064B50;
    private const uint End64Signature = 0x06064B50;
    private const int EndBytes = 22;
    private const int End64LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int MaximumComment = 0xFFFF;
    private const int MaximumEntries = 20_000;
    private const int MaximumDirectoryBytes = 1 << 24;

    /// <summary>Reads the central directory and the place of every entry's bytes.</summary>
    internal static Dictionary<string, ZipEntry> Read(InputFile file)
    {
        var (count, offset, length) = FindDirectory(file);
        if (count > MaximumEntries || length > MaximumDirectoryBytes)
            throw file.Refused($"is refused: its zip directory has {count} entries in {length} bytes, far more than weights need");
        var directory = file.Read(offset, length, "its zip directory");
        var records = ReadRecords(file, directory, count);
        RequireApart(file, records, offset);
        return records.ToDictionary(record => record.Name, record => record.Entry, StringComparer.Ordinal);
    }

    private static (long Count, long Offset, long Length) FindDirectory(InputFile file)
    {
        var tail = file.Read(Math.Max(0, file.Length - EndBytes - MaximumComment), Math.Min(file.Length, EndBytes + MaximumComment), "its end");
        var at = tail.Length - EndBytes;
        while (at >= 0 && U32(tail, at) != EndSignature) at--;
        if (at < 0) throw file.Refused("is damaged or cut off: the zip has no directory at its end; download it again");

        var locator = at - End64LocatorBytes;
        if (locator < 0 || U32(tail, locator) != End64LocatorSignature) return (U16(tail, at + 10), U32(tail, at + 16), U32(tail, at + 12));
        var end64 = file.Read(ZipRecord.Signed(file, U64(tail, locator + 8)), End64Bytes, "its zip64 record");
        if (U32(end64, 0) != End64Signature)
            throw file.Refused("is damaged: its zip64 record is not where it should be; download it again");
        return (ZipRecord.Signed(file, U64(end64, 32)), ZipRecord.Signed(file, U64(end64, 48)), ZipRecord.Signed(file, U64(end64, 40)));
    }

    private static List<ZipRecord> ReadRecords(InputFile file, byte[] directory, long count)
    {
        var records = new List<ZipRecord>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var at = 0;
        for (var i = 0L; i < count; i++)
        {
            var record = ZipRecord.Read(file, directory.AsSpan(at));
            if (!names.Add(record.Name)) throw file.Refused($"is refused: its zip directory has '{record.Name}' twice");
            records.Add(record);
            at += record.Size;
        }
        return at == directory.Length
            ? records
            : throw file.Refused($"is damaged: its zip directory has {directory.Length - at} bytes more than its {count} entries take"
                + "; download it again");
    }

    /// <summary>Two entries over the same bytes are what makes a small zip seem large.</summary>
    private static void RequireApart(InputFile file, List<ZipRecord> records, long directory)
    {
        var before = default(ZipRecord?);
        foreach (var record in records.OrderBy(record => record.LocalBegin))
        {
            if (before is not null && record.LocalBegin < before.End)
                throw file.Refused($"is refused: the zip's entry '{record.Name}' begins at byte {record.LocalBegin}"
                    + $", inside '{before.Name}', which ends at {before.End}; download it again");
            if (record.End > directory)
                throw file.Refused($"is refused: the zip's entry '{record.Name}' ends at byte {record.End}"
                    + $", inside the zip's directory, which begins at {directory}; download it again");
            before = record;
        }
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
