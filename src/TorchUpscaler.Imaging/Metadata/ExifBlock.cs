using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>
/// An EXIF block: a small TIFF (EXIF 2.32, 4.6). Values are changed where they stand, so that everything else in the
/// block, maker notes with their offsets included, stays byte for byte. The block is from outside: every offset in it
/// may be a lie, and a tag that is not where it should be is taken as absent.
/// </summary>
internal static class ExifBlock
{
    private const ushort OrientationTag = 0x0112, XResolutionTag = 0x011A, YResolutionTag = 0x011B, ResolutionUnitTag = 0x0128;
    private const ushort ExifDirectoryTag = 0x8769, PixelWidthTag = 0xA002, PixelHeightTag = 0xA003;
    private const ushort ShortType = 3, LongType = 4, RationalType = 5;
    private const int HeaderBytes = 8, EntryBytes = 12;
    private const double MillimetresPerInch = 25.4, MillimetresPerCentimetre = 10;

    private static ReadOnlySpan<byte> Prefix => "Exif\0\0"u8;

    /// <summary>A copy that begins with its TIFF header, or null where it is no EXIF block.</summary>
    internal static byte[]? Normalise(ReadOnlySpan<byte> stored)
    {
        if (stored.StartsWith(Prefix)) stored = stored[Prefix.Length..];
        if (stored.Length < HeaderBytes || !(stored.StartsWith("II*\0"u8) || stored.StartsWith("MM\0*"u8))) return null;
        return Entries(stored, FirstDirectory(stored)) > 0 ? stored.ToArray() : null;
    }

    /// <summary>The orientation tag, or 1.</summary>
    internal static int Orientation(ReadOnlySpan<byte> exif)
    {
        var directory = FirstDirectory(exif);
        if (Find(exif, directory, OrientationTag, ShortType) is >= 0 and var at) return Short(exif, at + 8);
        // Some programs store it as a long.
        return Find(exif, directory, OrientationTag, LongType) is >= 0 and var atLong ? (int)Math.Min(Long(exif, atLong + 8), ushort.MaxValue) : 1;
    }

    /// <summary>Sets the orientation to 1; a thumbnail that was stored turned is unlinked, since it would now lie.</summary>
    internal static void MarkUpright(Span<byte> exif)
    {
        if (Orientation(exif) == 1) return;
        var directory = FirstDirectory(exif);
        if (Find(exif, directory, OrientationTag, ShortType) is >= 0 and var at) PutShort(exif, at + 8, 1);
        else PutLong(exif, Find(exif, directory, OrientationTag, LongType) + 8, 1);
        var next = directory + 2 + ((long)Entries(exif, directory) * EntryBytes);
        if (next + 4 <= exif.Length) exif.Slice((int)next, 4).Clear();
    }

    /// <summary>The resolution in pixels per millimetre, or null.</summary>
    internal static (double Horizontal, double Vertical)? Resolution(ReadOnlySpan<byte> exif)
    {
        const int centimetres = 3;
        var directory = FirstDirectory(exif);
        var unit = Find(exif, directory, ResolutionUnitTag, ShortType);
        var millimetres = unit >= 0 && Short(exif, unit + 8) == centimetres ? MillimetresPerCentimetre : MillimetresPerInch;
        var horizontal = Rational(exif, Find(exif, directory, XResolutionTag, RationalType));
        var vertical = Rational(exif, Find(exif, directory, YResolutionTag, RationalType));
        return horizontal > 0 && vertical > 0 ? (horizontal / millimetres, vertical / millimetres) : null;
    }

    /// <summary>A copy for a result: pixel size and resolution, where the block has them, become the result's.</summary>
    internal static byte[] ForResult(ReadOnlySpan<byte> exif, int width, int height, double horizontal, double vertical)
    {
        var copy = exif.ToArray();
        var directory = FirstDirectory(copy);
        if (horizontal > 0 && vertical > 0)
        {
            PutRational(copy, Find(copy, directory, XResolutionTag, RationalType), horizontal * MillimetresPerInch);
            PutRational(copy, Find(copy, directory, YResolutionTag, RationalType), vertical * MillimetresPerInch);
            var unit = Find(copy, directory, ResolutionUnitTag, ShortType);
            if (unit >= 0) PutShort(copy, unit + 8, 2); // inches
        }

        var link = Find(copy, directory, ExifDirectoryTag, LongType);
        if (link < 0) return copy;
        PutSize(copy, Long(copy, link + 8), PixelWidthTag, width);
        PutSize(copy, Long(copy, link + 8), PixelHeightTag, height);
        return copy;
    }

    /// <summary>A block that says nothing but a resolution, in pixels per millimetre.</summary>
    internal static byte[] OfResolution(double horizontal, double vertical)
    {
        const int entries = 3, values = HeaderBytes + 2 + (entries * EntryBytes) + 4;
        var exif = new byte[values + 16];
        "II*\0"u8.CopyTo(exif);
        PutLong(exif, 4, HeaderBytes);
        PutShort(exif, HeaderBytes, entries);
        PutEntry(exif, 0, XResolutionTag, RationalType, values);
        PutEntry(exif, 1, YResolutionTag, RationalType, values + 8);
        PutEntry(exif, 2, ResolutionUnitTag, ShortType, 0);
        return ForResult(exif, 1, 1, horizontal, vertical);
    }

    private static void PutEntry(Span<byte> exif, int index, ushort tag, ushort type, uint value)
    {
        var at = HeaderBytes + 2 + (index * EntryBytes);
        PutShort(exif, at, tag);
        PutShort(exif, at + 2, type);
        PutLong(exif, at + 4, 1);
        PutLong(exif, at + 8, value);
    }

    private static void PutSize(Span<byte> exif, long directory, ushort tag, int size)
    {
        var asLong = Find(exif, directory, tag, LongType);
        if (asLong >= 0) PutLong(exif, asLong + 8, (uint)size);
        var asShort = Find(exif, directory, tag, ShortType);
        if (asShort >= 0) PutShort(exif, asShort + 8, (ushort)Math.Min(size, ushort.MaxValue));
    }

    private static void PutRational(Span<byte> exif, int entry, double value)
    {
        const int denominator = 1000;
        var at = RationalAt(exif, entry);
        if (at < 0) return;
        PutLong(exif, at, (uint)Math.Clamp(Math.Round(value * denominator), 1, uint.MaxValue));
        PutLong(exif, at + 4, denominator);
    }

    // 0 where there is none; infinite or NaN where the file says so.
    private static double Rational(ReadOnlySpan<byte> exif, int entry) =>
        RationalAt(exif, entry) is >= 0 and var at ? (double)Long(exif, at) / Long(exif, at + 4) : 0;

    // Where the two halves of an entry's value stand, or -1.
    private static int RationalAt(ReadOnlySpan<byte> exif, int entry)
    {
        if (entry < 0) return -1;
        var at = Long(exif, entry + 8);
        return at >= HeaderBytes && at + 8 <= exif.Length ? (int)at : -1;
    }

    /// <summary>Where the directory's entry of this tag and type begins, or -1. Only single values are looked for.</summary>
    private static int Find(ReadOnlySpan<byte> exif, long directory, ushort tag, ushort type)
    {
        var entries = Entries(exif, directory);
        for (var i = 0; i < entries; i++)
        {
            var at = (int)directory + 2 + (i * EntryBytes);
            if (Short(exif, at) == tag && Short(exif, at + 2) == type && Long(exif, at + 4) == 1) return at;
        }
        return -1;
    }

    // How many entries the directory has; 0 where it does not lie within the block.
    private static int Entries(ReadOnlySpan<byte> exif, long directory)
    {
        if (directory < HeaderBytes || directory + 2 > exif.Length) return 0;
        var count = Short(exif, (int)directory);
        return directory + 2 + ((long)count * EntryBytes) <= exif.Length ? count : 0;
    }

    private static long FirstDirectory(ReadOnlySpan<byte> exif) => Long(exif, 4);

    private static bool IsLittle(ReadOnlySpan<byte> exif) => exif[0] == 'I';

    private static ushort Short(ReadOnlySpan<byte> exif, int at) => IsLittle(exif)
        ? BinaryPrimitives.ReadUInt16LittleEndian(exif[at..])
        : BinaryPrimitives.ReadUInt16BigEndian(exif[at..]);

    private static long Long(ReadOnlySpan<byte> exif, int at) => IsLittle(exif)
        ? BinaryPrimitives.ReadUInt32LittleEndian(exif[at..])
        : BinaryPrimitives.ReadUInt32BigEndian(exif[at..]);

    private static void PutShort(Span<byte> exif, int at, ushort value)
    {
        if (IsLittle(exif)) BinaryPrimitives.WriteUInt16LittleEndian(exif[at..], value);
        else BinaryPrimitives.WriteUInt16BigEndian(exif[at..], value);
    }

    private static void PutLong(Span<byte> exif, int at, uint value)
    {
        if (IsLittle(exif)) BinaryPrimitives.WriteUInt32LittleEndian(exif[at..], value);
        else BinaryPrimitives.WriteUInt32BigEndian(exif[at..], value);
    }
}
