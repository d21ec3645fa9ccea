using System.Buffers.Binary;
using System.Text;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Puts profile and EXIF into an AVIF file: the profile as a property of the picture, EXIF as an item that describes it, with its bytes
/// in a box of their own before the pixels (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6.5.5 and A.2.1; AV1 Image File Format).
/// </summary>
internal sealed class AvifHead(ResultMetadata metadata) : HeadRewriter
{
    private const int BoxHeader = 8, FullBoxHeader = 12;

    private byte[] Exif => metadata.ExifOrResolution();

    /// <inheritdoc/>
    protected override int Rewrite(ReadOnlySpan<byte> head, Stream output)
    {
        for (var at = 0; head.Length >= at + BoxHeader;)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(head[at..]);
            if (size < BoxHeader) throw new InvalidDataException("the encoder's file begins with a box without a size");
            if (at + (long)size > head.Length) return 0;
            var end = at + (int)size;
            if (head.Slice(at + 4, 4).SequenceEqual("meta"u8))
            {
                var meta = head[at..end].ToArray();
                output.Write(head[..at]);
                output.Write(Enrich(meta, at, out var bytesOfExif));
                output.Write(bytesOfExif);
                return end;
            }
            at = end;
        }
        return 0;
    }

    // The meta box with what is added, and the box that holds EXIF's bytes.
    private byte[] Enrich(byte[] meta, int at, out byte[] bytesOfExif)
    {
        bytesOfExif = Exif.Length > 0 ? Box("mdat", [0, 0, 0, 0, .. Exif]) : []; // EXIF begins at once after those four bytes
        if (bytesOfExif.Length == 0 && metadata.Profile.Length == 0) return meta;
        // All that follows moves by as much as is added, which does not depend on by how much.
        var length = Rebuild(meta, shift: 0, exifAt: 0).Length;
        return Rebuild(meta, shift: length - meta.Length + bytesOfExif.Length, exifAt: at + length + BoxHeader);
    }

    private byte[] Rebuild(byte[] meta, int shift, int exifAt)
    {
        var children = Children(meta.AsSpan(FullBoxHeader));
        var primary = (int)BinaryPrimitives.ReadUInt16BigEndian(Required(children, "pitm").AsSpan(FullBoxHeader));
        var hasExif = Exif.Length > 0;
        var exifItem = NextItem(Required(children, "iinf"));
        List<byte> content = [];
        foreach (var (type, box) in children)
        {
            content.AddRange(type switch
            {
                "iinf" when hasExif => WithItem(box, exifItem),
                "iloc" => WithLocation(box, shift, hasExif ? exifItem : null, exifAt),
                "iref" when hasExif => Box("iref", [.. box[BoxHeader..], .. Describes(exifItem, primary)]),
                "iprp" when metadata.Profile.Length > 0 => WithProfile(box, primary),
                _ => box,
            });
        }
        if (hasExif && children.TrueForAll(child => child.Type != "iref")) content.AddRange(Box("iref", [0, 0, 0, 0, .. Describes(exifItem, primary)]));
        return Box("meta", [.. meta[BoxHeader..FullBoxHeader], .. content]);
    }

    private static int NextItem(byte[] iinf)
    {
        var items = Children(iinf.AsSpan(FullBoxHeader + CountBytes(iinf)));
        return 1 + items.Max(item => BinaryPrimitives.ReadUInt16BigEndian(item.Box.AsSpan(FullBoxHeader)));
    }

    private static byte[] WithItem(byte[] iinf, int item)
    {
        const byte version = 2;
        var entry = Box("infe", [version, 0, 0, 0, .. Big(item, 2), 0, 0, .. "Exif"u8, 0]);
        var countBytes = CountBytes(iinf);
        var count = (int)Number(iinf, FullBoxHeader, countBytes);
        return Box("iinf", [.. iinf[BoxHeader..FullBoxHeader], .. Big(count + 1, countBytes), .. iinf[(FullBoxHeader + countBytes)..], .. entry]);
    }

    // Locations in the file move; those inside the meta box, of construction method 1, do not.
    private byte[] WithLocation(byte[] iloc, int shift, int? exifItem, int exifAt)
    {
        var version = iloc[BoxHeader];
        if (version > 1) throw new InvalidDataException("the encoder's file has item numbers of 32 bits");
        var (offsetBytes, lengthBytes, baseBytes) = (iloc[FullBoxHeader] >> 4, iloc[FullBoxHeader] & 15, iloc[FullBoxHeader + 1] >> 4);
        var indexBytes = version == 1 ? iloc[FullBoxHeader + 1] & 15 : 0;
        if (offsetBytes is not (4 or 8) || lengthBytes is not (4 or 8)) throw new InvalidDataException("the encoder's file has offsets of an unusual length");
        var at = FullBoxHeader + 2;
        var count = (int)Number(iloc, at, 2);
        List<byte> content = [.. iloc[BoxHeader..at], .. Big(count + (exifItem is null ? 0 : 1), 2)];
        at += 2;
        for (var item = 0; item < count; item++)
        {
            var inFile = version == 0 || (iloc[at + 3] & 15) == 0;
            var fixedBytes = 2 + (version == 1 ? 2 : 0) + 2;
            content.AddRange(iloc[at..(at + fixedBytes)]);
            at += fixedBytes;
            var begin = baseBytes > 0 ? Number(iloc, at, baseBytes) : 0;
            var movesBase = inFile && begin > 0;
            content.AddRange(Big(movesBase ? begin + shift : begin, baseBytes));
            at += baseBytes;
            var extents = (int)Number(iloc, at, 2);
            content.AddRange(iloc[at..(at + 2)]);
            at += 2;
            for (var extent = 0; extent < extents; extent++)
            {
                content.AddRange(iloc[at..(at + indexBytes)]);
                at += indexBytes;
                var offset = Number(iloc, at, offsetBytes);
                content.AddRange(Big(inFile && !movesBase ? offset + shift : offset, offsetBytes));
                content.AddRange(iloc[(at + offsetBytes)..(at + offsetBytes + lengthBytes)]);
                at += offsetBytes + lengthBytes;
            }
        }
        if (exifItem is { } added)
        {
            content.AddRange([.. Big(added, 2), .. version == 1 ? [0, 0] : Array.Empty<byte>(), 0, 0, .. new byte[baseBytes], 0, 1, .. new byte[indexBytes]]);
            content.AddRange([.. Big(exifAt, offsetBytes), .. Big(ExifLength, lengthBytes)]);
        }
        return Box("iloc", [.. content]);
    }

    private static byte[] Describes(int item, int primary) => Box("cdsc", [.. Big(item, 2), 0, 1, .. Big(primary, 2)]);

    private byte[] WithProfile(byte[] iprp, int primary)
    {
        var children = Children(iprp.AsSpan(BoxHeader));
        var properties = Children(Required(children, "ipco").AsSpan(BoxHeader)).Count;
        List<byte> content = [];
        foreach (var (type, box) in children)
        {
            content.AddRange(type switch
            {
                "ipco" => Box("ipco", [.. box[BoxHeader..], .. Box("colr", [.. "prof"u8, .. metadata.Profile])]),
                "ipma" => WithProperty(box, primary, properties + 1),
                _ => box,
            });
        }
        return Box("iprp", [.. content]);
    }

    private static byte[] WithProperty(byte[] ipma, int primary, int property)
    {
        var (idBytes, propertyBytes) = (ipma[BoxHeader] == 0 ? 2 : 4, (ipma[FullBoxHeader - 1] & 1) == 0 ? 1 : 2);
        if (propertyBytes == 1 && property > 127) throw new InvalidDataException("the encoder's file has more properties than can be numbered");
        var at = FullBoxHeader + 4;
        var count = (int)Number(ipma, FullBoxHeader, 4);
        List<byte> content = [.. ipma[BoxHeader..at]];
        for (var item = 0; item < count; item++)
        {
            var isPrimary = Number(ipma, at, idBytes) == primary;
            var (properties, bytes) = (ipma[at + idBytes], ipma[at + idBytes] * propertyBytes);
            content.AddRange(ipma[at..(at + idBytes)]);
            content.Add((byte)(properties + (isPrimary ? 1 : 0)));
            at += idBytes + 1;
            content.AddRange(ipma[at..(at + bytes)]);
            if (isPrimary) content.AddRange(Big(property, propertyBytes));
            at += bytes;
        }
        return Box("ipma", [.. content]);
    }

    private static List<(string Type, byte[] Box)> Children(ReadOnlySpan<byte> content)
    {
        List<(string, byte[])> children = [];
        for (var at = 0; content.Length >= at + BoxHeader;)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(content[at..]);
            if (size < BoxHeader || size > content.Length - at) throw new InvalidDataException("the encoder's file has a box that is larger than the one around it");
            children.Add((Encoding.Latin1.GetString(content.Slice(at + 4, 4)), content.Slice(at, (int)size).ToArray()));
            at += (int)size;
        }
        return children;
    }

    private static byte[] Required(List<(string Type, byte[] Box)> boxes, string type) =>
        boxes.Find(box => box.Type == type).Box ?? throw new InvalidDataException($"the encoder's file has no box {type}");

    private static int CountBytes(byte[] iinf) => iinf[BoxHeader] == 0 ? 2 : 4;

    private static byte[] Box(string type, byte[] content) => [.. Big(BoxHeader + content.Length, 4), .. Encoding.Latin1.GetBytes(type), .. content];

    private int ExifLength => 4 + Exif.Length;

    private static long Number(byte[] bytes, int at, int count)
    {
        long number = 0;
        for (var i = 0; i < count; i++) number = (number << 8) | bytes[at + i];
        return number;
    }

    private static byte[] Big(long number, int bytes)
    {
        var field = new byte[bytes];
        for (var i = bytes - 1; i >= 0; i--, number >>= 8) field[i] = (byte)number;
        return field;
    }
}
