using System.Buffers.Binary;
using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>One record of a zip's directory, compared with the header that stands in front of the entry's bytes.</summary>
/// <param name="Name">The entry's name.</param>
/// <param name="Size">Bytes of the record in the directory.</param>
/// <param name="LocalBegin">First byte of the entry's header in the zip.</param>
/// <param name="End">The byte after the entry's last.</param>
/// <param name="Entry">What the record says.</param>
internal sealed record ZipRecord(string Name, int Size, long LocalBegin, long End, ZipEntry Entry)
{
    private const uint RecordSignature = 0x02014B50;
    private const uint LocalSignature = 0x04034B50;
    private const int RecordBytes = 46;
    private const int LocalBytes = 30;
    private const ushort Zip64Field = 1;
    private const ushort EncryptedFlag = 1;
    private const ushort DescriptorFlag = 8; // sizes and CRC follow after the bytes; the header may have zeros for them

    internal static ZipRecord Read(InputFile file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < RecordBytes || U32(bytes, 0) != RecordSignature) throw Damaged(file);
        int nameLength = U16(bytes, 28), extraLength = U16(bytes, 30);
        var size = RecordBytes + nameLength + extraLength + U16(bytes, 32);
        if (bytes.Length < size) throw Damaged(file);

        var name = bytes.Slice(RecordBytes, nameLength);
        var about = new About(U16(bytes, 8), U16(bytes, 10), U32(bytes, 16), U32(bytes, 20), U32(bytes, 24));
        long local = U32(bytes, 42);
        about = Apply64(file, bytes.Slice(RecordBytes + nameLength, extraLength), about, ref local);

        var text = Encoding.UTF8.GetString(name);
        var begin = FindBytes(file, text, name, local, about);
        return new ZipRecord(text, size, local, begin + about.Packed, new ZipEntry(text, begin, about.Length, about.Crc32, about.Packing));
    }

    /// <summary>A value of 64 bits that is a place or a size in a file.</summary>
    internal static long Signed(InputFile file, ulong value) => value <= long.MaxValue ? (long)value : throw Damaged(file);

    /// <summary>A zip64 extra field gives, in this order, those of the three values that are all ones in the record.</summary>
    private static About Apply64(InputFile file, ReadOnlySpan<byte> extra, About about, ref long local)
    {
        long length = about.Length, packed = about.Packed;
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
        return about with { Length = length, Packed = packed };
    }

    private static void Take(InputFile file, ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value != uint.MaxValue) return;
        if (field.Length < 8) throw Damaged(file);
        value = Signed(file, BinaryPrimitives.ReadUInt64LittleEndian(field));
        field = field[8..];
    }

    /// <summary>Where the entry's bytes begin. Its own header must say what the directory says.</summary>
    private static long FindBytes(InputFile file, string text, ReadOnlySpan<byte> name, long local, About about)
    {
        var what = $"the zip's entry '{text}'";
        var header = file.Read(local, LocalBytes, what);
        if (U32(header, 0) != LocalSignature)
            throw file.Refused($"is damaged: {what} does not begin at byte {local}, as the zip's directory says; download it again");
        int nameLength = U16(header, 26), extraLength = U16(header, 28);
        var rest = file.Read(local + LocalBytes, nameLength + extraLength, what);
        var begin = local + LocalBytes + nameLength + extraLength;
        file.RequireInside(begin, about.Packed, what);

        var own = new About(U16(header, 6), U16(header, 8), U32(header, 14), U32(header, 18), U32(header, 22));
        var unused = 0L;
        own = Apply64(file, rest.AsSpan(nameLength), own, ref unused);

        if (!rest.AsSpan(0, nameLength).SequenceEqual(name))
            throw file.Refused($"is refused: {what} is called '{Encoding.UTF8.GetString(rest, 0, nameLength)}' where it stands; download it again");
        if (!own.Agrees(about))
            throw file.Refused($"is refused: {what} has {own} in its own header and {about} in the zip's directory; download it again");
        return begin;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static WeightsException Damaged(InputFile file) =>
        file.Refused("is damaged: its zip directory makes no sense; download it again");

    /// <summary>What the directory and the entry's own header both say of an entry.</summary>
    private readonly record struct About(ushort Flags, ushort Method, uint Crc32, long Packed, long Length)
    {
        internal string? Packing =>
            (Flags & EncryptedFlag) != 0 ? "encrypted"
            : Method != 0 ? "compressed"
            : Packed != Length ? $"{Packed} bytes long and said to be {Length}"
            : null;

        internal bool Agrees(About directory)
        {
            var comesAfter = (Flags & DescriptorFlag) != 0 && Crc32 == 0 && Packed == 0 && Length == 0;
            return Method == directory.Method && (Flags & EncryptedFlag) == (directory.Flags & EncryptedFlag)
                && (comesAfter || (Crc32 == directory.Crc32 && Packed == directory.Packed && Length == directory.Length));
        }

        public override string ToString() => $"{Packed} bytes for {Length} (method {Method}, CRC-32 {Crc32:x8})";
    }
}
