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
    private const ushort ImageWidthTag = 0x0100, ImageHeightTag = 0x0101, PlaceDirectoryTag = 0x8825, InteroperabilityTag = 0xA005;
    private const ushort ThumbnailTag = 0x0201, ThumbnailLengthTag = 0x0202, StripOffsetTag = 0x0111, StripBytesTag = 0x0117;
    private const ushort ShortType = 3, LongType = 4, RationalType = 5;
    private const int MostDirectories = 8; // of thumbnails
    private const int DeepestLink = 2; // from a thumbnail's directory to EXIF's, and on to its own
    private const int HeaderBytes = 8, EntryBytes = 12;
    private const double MillimetresPerInch = 25.4, MillimetresPerCentimetre = 10;

    // XMP, IPTC and Photoshop's blocks, as some programs put them into EXIF: they tell the place and the orientation once more.
    private static readonly ushort[] s_foreignBlocks = [0x02BC, 0x83BB, 0x8649];

    private static readonly ushort[] s_links = [ExifDirectoryTag, PlaceDirectoryTag, InteroperabilityTag];

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

    /// <summary>Sets the orientation to 1.</summary>
    internal static void MarkUpright(Span<byte> exif)
    {
        if (Orientation(exif) == 1) return;
        var directory = FirstDirectory(exif);
        if (Find(exif, directory, OrientationTag, ShortType) is >= 0 and var at) PutShort(exif, at + 8, 1);
        else PutLong(exif, Find(exif, directory, OrientationTag, LongType) + 8, 1);
    }

    /// <summary>A copy without thumbnails, which show the picture as it once was, and without blocks of other kinds. Null where nothing is left.</summary>
    internal static byte[]? WithoutThumbnail(ReadOnlySpan<byte> exif)
    {
        var copy = exif.ToArray();
        var length = copy.Length;
        for (var i = 0; i < MostDirectories && NextDirectory(copy) is > 0 and var next; i++)
        {
            var after = Link(copy, next);
            var at = Math.Max(Value(copy, next, ThumbnailTag), Value(copy, next, StripOffsetTag));
            var bytes = Math.Max(Value(copy, next, ThumbnailLengthTag), Value(copy, next, StripBytesTag));
            Wipe(copy, at, bytes);
            if (at >= HeaderBytes && at + bytes == length) length = (int)at;
            WipeDirectory(copy, next);
            SetNextDirectory(copy, after);
        }
        SetNextDirectory(copy, 0);
        foreach (var tag in s_foreignBlocks) Remove(copy, tag);
        return Normalise(copy.AsSpan(0, length));
    }

    /// <summary>A copy that does not say where the picture was taken; null where nothing is left.</summary>
    internal static byte[]? WithoutPlace(ReadOnlySpan<byte> exif)
    {
        var copy = exif.ToArray();
        Remove(copy, PlaceDirectoryTag);
        return Normalise(copy);
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

        PutSize(copy, directory, ImageWidthTag, width);
        PutSize(copy, directory, ImageHeightTag, height);
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

    // Takes an entry out of the first directory and of EXIF's own, however often it stands there, and what it leads to out of the block.
    private static void Remove(Span<byte> exif, ushort tag)
    {
        var first = FirstDirectory(exif);
        RemoveFrom(exif, first, tag);
        if (FindAny(exif, first, ExifDirectoryTag) is >= 0 and var link) RemoveFrom(exif, Long(exif, link + 8), tag);
    }

    private static void RemoveFrom(Span<byte> exif, long directory, ushort tag)
    {
        while (FindAny(exif, directory, tag) is >= 0 and var at)
        {
            if (tag == PlaceDirectoryTag) WipeDirectory(exif, Long(exif, at + 8));
            else WipeValue(exif, at);
            // What a lie has led to may have been this very directory.
            var entries = Entries(exif, directory);
            if (entries == 0 || at + EntryBytes > exif.Length) return;
            var end = (int)Math.Min(directory + 2 + ((long)entries * EntryBytes) + 4, exif.Length); // with the link to the next
            if (at + EntryBytes > end) return;
            exif[(at + EntryBytes)..end].CopyTo(exif[at..]);
            exif[(end - EntryBytes)..end].Clear();
            PutShort(exif, (int)directory, (ushort)(entries - 1));
        }
    }

    // With the directories that it leads to, but for those that the picture's own lead to as well.
    private static void WipeDirectory(Span<byte> exif, long directory, int depth = 0)
    {
        var entries = Entries(exif, directory);
        for (var i = 0; i < entries; i++)
        {
            var entry = (int)directory + 2 + (i * EntryBytes);
            if (depth < DeepestLink && s_links.Contains(Short(exif, entry)) && !IsOwn(exif, Long(exif, entry + 8)))
                WipeDirectory(exif, Long(exif, entry + 8), depth + 1);
            WipeValue(exif, entry);
        }
        if (entries > 0) Wipe(exif, directory, 2 + ((long)entries * EntryBytes) + 4);
    }

    private static bool IsOwn(ReadOnlySpan<byte> exif, long directory)
    {
        var first = FirstDirectory(exif);
        if (directory == first) return true;
        foreach (var tag in s_links)
        {
            if (FindAny(exif, first, tag) is >= 0 and var link && Long(exif, link + 8) == directory) return true;
            if (FindAny(exif, first, ExifDirectoryTag) is >= 0 and var own && FindAny(exif, Long(exif, own + 8), tag) is >= 0 and var deeper
                && Long(exif, deeper + 8) == directory) return true;
        }
        return false;
    }

    private static void WipeValue(Span<byte> exif, int entry)
    {
        var bytes = TiffTag.TypeBytes(Short(exif, entry + 2)) * Long(exif, entry + 4);
        if (bytes > 4) Wipe(exif, Long(exif, entry + 8), bytes);
    }

    private static void Wipe(Span<byte> exif, long at, long bytes)
    {
        if (at < HeaderBytes || at >= exif.Length || bytes <= 0) return;
        exif[(int)at..(int)Math.Min(at + bytes, exif.Length)].Clear();
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

    // A single whole number, or 0.
    private static long Value(ReadOnlySpan<byte> exif, long directory, ushort tag)
    {
        if (Find(exif, directory, tag, LongType) is >= 0 and var asLong) return Long(exif, asLong + 8);
        return Find(exif, directory, tag, ShortType) is >= 0 and var asShort ? Short(exif, asShort + 8) : 0;
    }

    private static int FindAny(ReadOnlySpan<byte> exif, long directory, ushort tag)
    {
        var entries = Entries(exif, directory);
        for (var i = 0; i < entries; i++)
        {
            var at = (int)directory + 2 + (i * EntryBytes);
            if (Short(exif, at) == tag) return at;
        }
        return -1;
    }

    private static long NextDirectory(ReadOnlySpan<byte> exif) => Link(exif, FirstDirectory(exif));

    // Where the directory after this one begins; 0 where there is none.
    private static long Link(ReadOnlySpan<byte> exif, long directory)
    {
        var entries = Entries(exif, directory);
        var at = directory + 2 + ((long)entries * EntryBytes);
        return entries > 0 && at + 4 <= exif.Length ? Long(exif, (int)at) : 0;
    }

    private static void SetNextDirectory(Span<byte> exif, long next)
    {
        var directory = FirstDirectory(exif);
        var entries = Entries(exif, directory);
        var at = directory + 2 + ((long)entries * EntryBytes);
        if (entries > 0 && at + 4 <= exif.Length) PutLong(exif, (int)at, (uint)next);
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
