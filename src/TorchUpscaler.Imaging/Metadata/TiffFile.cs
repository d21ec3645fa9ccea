using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>
/// The structure of a TIFF file, classic or BigTIFF, of either byte order; an EXIF block is one, too. It may be from outside: every
/// offset in it may be a lie, and what does not lie within the file is taken as absent.
/// </summary>
internal sealed class TiffFile
{
    private const int MostEntries = 4096;

    private readonly Stream _stream;

    private TiffFile(Stream stream, bool isLittle, bool isBig, long first)
    {
        (_stream, IsLittle, IsBig, FirstDirectory) = (stream, isLittle, isBig, first);
    }

    /// <summary>Whether its numbers begin with their lowest byte.</summary>
    internal bool IsLittle { get; }

    /// <summary>Whether it is a BigTIFF, whose offsets have 64 bits.</summary>
    internal bool IsBig { get; }

    /// <summary>Where the first directory begins.</summary>
    internal long FirstDirectory { get; }

    /// <summary>Where the header says that.</summary>
    internal int FirstDirectoryAt => IsBig ? 8 : 4;

    /// <summary>Reads the header; null where it is no TIFF.</summary>
    /// <param name="stream">The file, which can seek; stays the caller's.</param>
    internal static TiffFile? Open(Stream stream)
    {
        Span<byte> head = stackalloc byte[16];
        stream.Position = 0;
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        var (isLittle, isBig) = (head.StartsWith("II"u8), head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8));
        if (!isBig && !(head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8))) return null;
        if (head.Length < (isBig ? 16 : 8)) return null;
        return new TiffFile(stream, isLittle, isBig, isBig ? (long)Number(head[8..16], isLittle) : (long)Number(head[4..8], isLittle));
    }

    /// <summary>A directory's entries whose values lie within the file.</summary>
    /// <param name="directory">Where it begins.</param>
    /// <param name="wanted">Which entries are read.</param>
    /// <param name="mostBytes">Of all their values together; what goes beyond is left out.</param>
    internal List<TiffTag> Entries(long directory, Func<ushort, bool> wanted, long mostBytes)
    {
        List<TiffTag> tags = [];
        var (countBytes, entryBytes, valueBytes) = IsBig ? (8, 20, 8) : (2, 12, 4);
        if (Bytes(directory, countBytes) is not { } counted) return tags;
        var count = Math.Min(Number(counted, IsLittle), MostEntries);
        for (var i = 0; i < (int)count; i++)
        {
            if (Bytes(directory + countBytes + ((long)i * entryBytes), entryBytes) is not { } entry) break;
            var tag = (ushort)Number(entry.AsSpan(0, 2), IsLittle);
            if (!wanted(tag)) continue;
            var type = (ushort)Number(entry.AsSpan(2, 2), IsLittle);
            var values = (long)Math.Min(Number(entry.AsSpan(4, valueBytes), IsLittle), int.MaxValue);
            var bytes = values * TiffTag.TypeBytes(type);
            if (bytes <= 0 || bytes > mostBytes) continue;
            var field = entry.AsSpan(entryBytes - valueBytes);
            var data = bytes <= valueBytes ? field[..(int)bytes].ToArray() : Bytes((long)Math.Min(Number(field, IsLittle), long.MaxValue), (int)bytes);
            if (data is null) continue;
            if (!IsLittle) Swap(data, TiffTag.WordBytes(type));
            mostBytes -= bytes;
            tags.Add(new TiffTag(tag, type, values, data));
        }
        return tags;
    }

    private byte[]? Bytes(long at, int count)
    {
        if (at < 8 || at > _stream.Length - count) return null;
        var bytes = new byte[count];
        _stream.Position = at;
        return _stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : null;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, bool isLittle) => (bytes.Length, isLittle) switch
    {
        (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (8, true) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        (8, false) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes.Length, "2, 4 or 8 bytes"),
    };

    /// <summary>Turns values from one byte order into the other.</summary>
    internal static void Swap(Span<byte> data, int wordBytes)
    {
        for (var at = 0; wordBytes > 1 && at + wordBytes <= data.Length; at += wordBytes) data.Slice(at, wordBytes).Reverse();
    }
}
