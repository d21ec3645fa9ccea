using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>A TIFF directory with those that it leads to: how EXIF goes from TIFF into other files and back, where offsets are others.</summary>
internal sealed class TiffDirectory
{
    private const ushort ExifTag = 0x8769, PlaceTag = 0x8825, InteroperabilityTag = 0xA005;
    private const ushort LongLinkType = 18; // BigTIFF's
    private const int MostBytes = 1 << 18, MostOwnBytes = 1 << 30; // of a file from outside, a directory; of one that was written here

    // What a picture's first directory says of the picture; the rest is about the pixels. Description, maker, model, software, date,
    // artist, computer, rating, copyright, and the same by Windows.
    private static readonly ushort[] s_carried =
        [0x010E, 0x010F, 0x0110, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x8298, 0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F];

    private readonly SortedDictionary<ushort, TiffTag> _tags = [];
    private readonly SortedDictionary<ushort, TiffDirectory> _links = [];

    /// <summary>Whether it says nothing.</summary>
    internal bool IsEmpty => _tags.Count == 0 && _links.Count == 0;

    /// <summary>What a TIFF file, or an EXIF block, says of its picture.</summary>
    internal static TiffDirectory Carried(TiffFile file)
    {
        var directory = new TiffDirectory();
        foreach (var tag in file.Entries(file.FirstDirectory, tag => s_carried.Contains(tag) || tag is ExifTag or PlaceTag, MostBytes))
        {
            if (tag.Tag is ExifTag or PlaceTag) directory.Follow(file, tag);
            else directory.Set(tag);
        }
        return directory;
    }

    /// <summary>The EXIF block of a TIFF file, or null. Decoders have no eye for it.</summary>
    internal static byte[]? ExifOf(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (TiffFile.Open(file) is not { } tiff) return null;
            var carried = Carried(tiff);
            return carried.IsEmpty ? null : ExifBlock.Normalise(carried.ToBlock());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the decoder says what is wrong
        }
    }

    /// <summary>The first directory of a file that was written here, whole.</summary>
    internal static TiffDirectory Own(TiffFile file)
    {
        var directory = new TiffDirectory();
        foreach (var tag in file.Entries(file.FirstDirectory, _ => true, MostOwnBytes)) directory.Set(tag);
        return directory;
    }

    /// <summary>Sets an entry, or another value of it.</summary>
    internal void Set(TiffTag tag) => _tags[tag.Tag] = tag;

    /// <summary>Takes over what another one says.</summary>
    internal void Add(TiffDirectory other)
    {
        foreach (var tag in other._tags.Values) Set(tag);
        foreach (var (tag, directory) in other._links) _links[tag] = directory;
    }

    /// <summary>An EXIF block of it, little-endian.</summary>
    internal byte[] ToBlock()
    {
        using var block = new MemoryStream();
        block.Write("II*\0\0\0\0\0"u8);
        var at = (uint)Write(block, isBig: false);
        var bytes = block.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), at);
        return bytes;
    }

    /// <summary>Writes it, after all that it leads to, at the end of a little-endian file.</summary>
    /// <returns>Where it begins.</returns>
    internal long Write(Stream file, bool isBig)
    {
        List<TiffTag> tags = [.. _tags.Values.Where(tag => !_links.ContainsKey(tag.Tag))];
        file.Position = file.Length;
        foreach (var (tag, directory) in _links)
        {
            var link = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(link, directory.Write(file, isBig));
            tags.Add(new TiffTag(tag, isBig ? LongLinkType : TiffTag.LongType, 1, isBig ? link : link[..4]));
        }
        tags.Sort((a, b) => a.Tag.CompareTo(b.Tag));

        var (fieldBytes, places) = (isBig ? 8 : 4, new Dictionary<ushort, long>());
        foreach (var tag in tags.Where(tag => tag.Data.Length > fieldBytes))
        {
            Align(file);
            places[tag.Tag] = file.Position;
            file.Write(tag.Data);
        }
        Align(file);
        var at = file.Position;
        Put(file, tags.Count, isBig ? 8 : 2);
        foreach (var tag in tags)
        {
            Put(file, tag.Tag, 2);
            Put(file, tag.Type, 2);
            Put(file, tag.Count, fieldBytes);
            if (places.TryGetValue(tag.Tag, out var place)) Put(file, place, fieldBytes);
            else file.Write([.. tag.Data, .. new byte[fieldBytes - tag.Data.Length]]);
        }
        Put(file, 0, fieldBytes); // no directory after it
        return at;
    }

    private void Follow(TiffFile file, TiffTag link)
    {
        if (link.Data.Length is not (4 or 8)) return;
        var directory = new TiffDirectory();
        var at = link.Data.Length == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(link.Data) : BinaryPrimitives.ReadInt64LittleEndian(link.Data);
        foreach (var tag in file.Entries(at, _ => true, MostBytes))
        {
            // A chain of directories ends: EXIF's own leads to one that leads nowhere.
            if (tag.Tag == InteroperabilityTag && link.Tag == ExifTag) directory.Follow(file, tag);
            else if (tag.Tag is not (InteroperabilityTag or ExifTag or PlaceTag)) directory.Set(tag);
        }
        if (!directory.IsEmpty) _links[link.Tag] = directory;
    }

    private static void Align(Stream file)
    {
        if (file.Position % 2 != 0) file.WriteByte(0);
    }

    private static void Put(Stream file, long number, int bytes)
    {
        Span<byte> field = stackalloc byte[8];
        if (bytes < 8 && number >> (8 * bytes) != 0) throw new InvalidDataException("the TIFF file has grown beyond 4 GB");
        BinaryPrimitives.WriteInt64LittleEndian(field, number);
        file.Write(field[..bytes]);
    }
}
