using System.Buffers.Binary;
using System.Text;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>A file inside a zip.</summary>
/// <param name="Begin">Its first byte in the zip.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="IsPlain">Whether its bytes stand there as they are, neither compressed nor encrypted.</param>
internal readonly record struct ZipEntry(long Begin, long Length, bool IsPlain);

/// <summary>
/// The files of a zip as torch.save writes it, with zip64 records. Every offset and length is checked against the file, so
/// that the bytes of an entry that is plain can be read in place.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64LocatorSignature = 0x07064B50;
    private const uint End64Signature = 0x06064B50;
    private const uint EntrySignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;
    private const int EndBytes = 22;
    private const int End64LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const int MaximumComment = 0xFFFF;
    private const int MaximumEntries = 100_000;
    private const int MaximumDirectoryBytes = 1 << 26;
    private const ushort Zip64Field = 1;
    private const ushort EncryptedFlag = 1;

    /// <summary>Reads the central directory and the place of every entry's bytes.</summary>
    internal static Dictionary<string, ZipEntry> Read(InputFile file)
    {
        var (count, offset, length) = FindDirectory(file);
        if (count > MaximumEntries || length > MaximumDirectoryBytes)
            throw file.Refused($"is refused: its zip directory has {count} entries in {length} bytes, far more than weights need");
        var directory = file.Read(offset, length, "its zip directory");
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        var rest = directory.AsSpan();
        for (var i = 0L; i < count; i++)
        {
            var (name, entry, size) = ReadEntry(file, rest);
            if (!entries.TryAdd(name, entry)) throw file.Refused($"is refused: its zip directory has '{name}' twice");
            rest = rest[size..];
        }
        return entries;
    }

    private static (long Count, long Offset, long Length) FindDirectory(InputFile file)
    {
        var tail = file.Read(Math.Max(0, file.Length - EndBytes - MaximumComment), Math.Min(file.Length, EndBytes + MaximumComment), "its end");
        var at = tail.Length - EndBytes;
        while (at >= 0 && U32(tail, at) != EndSignature) at--;
        if (at < 0) throw file.Refused("is damaged or cut off: the zip has no directory at its end; download it again");

        var locator = at - End64LocatorBytes;
        if (locator < 0 || U32(tail, locator) != End64LocatorSignature) return (U16(tail, at + 10), U32(tail, at + 16), U32(tail, at + 12));
        var end64 = file.Read(Signed(file, U64(tail, locator + 8)), End64Bytes, "its zip64 record");
        if (U32(end64, 0) != End64Signature)
            throw file.Refused("is damaged: its zip64 record is not where it should be; download it again");
        return (Signed(file, U64(end64, 32)), Signed(file, U64(end64, 48)), Signed(file, U64(end64, 40)));
    }

    private static (string Name, ZipEntry Entry, int Size) ReadEntry(InputFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EntryBytes || U32(bytes, 0) != EntrySignature) throw Damaged(file);
        int nameLength = U16(bytes, 28), extraLength = U16(bytes, 30);
        var size = EntryBytes + nameLength + extraLength + U16(bytes, 32);
        if (bytes.Length < size) throw Damaged(file);

        var name = Encoding.UTF8.GetString(bytes.Slice(EntryBytes, nameLength));
        long packed = U32(bytes, 20), length = U32(bytes, 24), local = U32(bytes, 42);
        Apply64(file, bytes.Slice(EntryBytes + nameLength, extraLength), ref length, ref packed, ref local);
        var isPlain = (U16(bytes, 8) & EncryptedFlag) == 0 && U16(bytes, 10) == 0 && packed == length;
        return (name, new ZipEntry(FindBytes(file, name, local, packed), length, isPlain), size);
    }

    /// <summary>A zip64 extra field gives, in this order, those of the three values that are all ones in the entry.</summary>
    private static void Apply64(InputFile file, ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            var size = U16(extra, 2);
            if (extra.Length < 4 + size) throw Damaged(file);
            if (U16(extra, 0) == Zip64Field)
            {
                var field = extra.Slice(4, size);
                Take(file, ref field, ref length);
                Take(file, ref field, ref packed);
                Take(file, ref field, ref local);
            }
            extra = extra[(4 + size)..];
        }
    }

    private static void Take(InputFile file, ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value != uint.MaxValue) return;
        if (field.Length < 8) throw Damaged(file);
        value = Signed(file, BinaryPrimitives.ReadUInt64LittleEndian(field));
        field = field[8..];
    }

    private static long FindBytes(InputFile file, string name, long local, long length)
    {
        var header = file.Read(local, LocalBytes, $"the zip's entry '{name}'");
        if (U32(header, 0) != LocalSignature) throw Damaged(file);
        var begin = local + LocalBytes + U16(header, 26) + U16(header, 28);
        file.RequireInside(begin, length, $"the zip's entry '{name}'");
        return begin;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static long Signed(InputFile file, ulong value) => value <= long.MaxValue ? (long)value : throw Damaged(file);

    private static Core.WeightsException Damaged(InputFile file) =>
        file.Refused("is damaged: its zip directory makes no sense; download it again");
}
