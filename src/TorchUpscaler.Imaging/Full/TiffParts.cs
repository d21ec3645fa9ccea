using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// A TIFF taken apart (TIFF 6.0): of its first directory the decoder gets those entries that are about the pixels, in a directory that is
/// written anew, so that whatever else the file leads to stays unread.
/// </summary>
internal sealed class TiffParts
{
    private const ushort WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, ColoursTag = 262, FillOrderTag = 266, StripOffsetsTag = 273,
        OrientationTag = 274, ChannelsTag = 277, StripRowsTag = 278, StripBytesTag = 279, HorizontalTag = 282, VerticalTag = 283, PlanesTag = 284,
        UnitTag = 296, PredictorTag = 317, PaletteTag = 320, TileWidthTag = 322, TileHeightTag = 323, TileOffsetsTag = 324, TileBytesTag = 325,
        ExtraTag = 338, SampleFormatTag = 339, JpegTablesTag = 347, SubsamplingTag = 530, BlackWhiteTag = 532, ProfileTag = 34675;
    private const int WhiteIsZero = 0, BlackIsZero = 1, Rgb = 2, Palette = 3, Inks = 5, YCbCr = 6, Lab = 8; // values of ColoursTag
    private const int Plain = 1, Lzw = 5, Jpeg = 7, Deflate = 8, PackBits = 32773, OldDeflate = 32946; // of CompressionTag
    private const long MostBytes = 16 << 20, MostTilePixels = 64 << 20; // of all entries; of a tile
    private const double MillimetresPerInch = 25.4, MillimetresPerCentimetre = 10;

    private static readonly ushort[] s_wanted =
    [
        WidthTag, HeightTag, BitsTag, CompressionTag, ColoursTag, FillOrderTag, StripOffsetsTag, OrientationTag, ChannelsTag, StripRowsTag, StripBytesTag,
        HorizontalTag, VerticalTag, PlanesTag, UnitTag, PredictorTag, PaletteTag, TileWidthTag, TileHeightTag, TileOffsetsTag, TileBytesTag,
        ExtraTag, SampleFormatTag, JpegTablesTag, SubsamplingTag, BlackWhiteTag, ProfileTag,
    ];

    private readonly FileBytes _file;
    private readonly TiffFile _tiff;
    private readonly Dictionary<ushort, TiffTag> _tags = [];

    private TiffParts(FileBytes file)
    {
        _file = file;
        var whole = new PiecesStream(file.File);
        whole.Take(0, file.Length);
        _tiff = TiffFile.Open(whole) ?? throw new InvalidDataException("it has no head");
        foreach (var tag in _tiff.Entries(_tiff.FirstDirectory, tag => s_wanted.Contains(tag), MostBytes)) _tags.TryAdd(tag.Tag, tag);
        if (_tags.Count == 0) throw new InvalidDataException("it ends too early");
    }

    private int Width => Side(WidthTag);
    private int Height => Side(HeightTag);
    private int Colours => (int)Number(ColoursTag, BlackIsZero);
    private int Compression => (int)Number(CompressionTag, Plain);
    private int Channels => (int)Math.Clamp(Number(ChannelsTag, 1), 0, ushort.MaxValue);
    private int Bits => (int)Number(BitsTag, 1);
    private bool IsPlanar => Channels > 1 && Number(PlanesTag, 1) == 2;
    private bool IsTiled => _tags.ContainsKey(TileWidthTag);

    /// <summary>Takes a file apart.</summary>
    /// <param name="path">Its name, for what reads it by itself.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="InvalidDataException">Not whole.</exception>
    /// <exception cref="UnreadKindException">Of a kind that is not read.</exception>
    internal static PixelParts Read(string path, FileBytes file)
    {
        var parts = new TiffParts(file);
        parts.CheckKind();
        var places = parts.Places();
        var (channels, profile) = (parts.ResultChannels, parts._tags.GetValueOrDefault(ProfileTag)?.Data);
        var colours = parts.Colours switch { Inks => SampleColours.Cmyk, Lab => SampleColours.Lab, _ => SampleColours.Plain };
        return new PixelParts(parts.Width, parts.Height, channels, parts.Bits == 16 ? 16 : 8, parts.Pixels(places))
        {
            Colours = colours,
            Found = new FoundMetadata(
                colours == SampleColours.Plain && IccProfile.Fits(profile, isGrey: channels < 3) ? profile : null, TiffDirectory.ExifOf(path), parts.Resolution()),
            Orientation = FoundMetadata.Orientation(null, (int)Math.Min(parts.Number(OrientationTag, 1), int.MaxValue)),
        };
    }

    private string ColoursName => Colours switch
    {
        WhiteIsZero or BlackIsZero => "grey",
        Rgb => "RGB",
        Palette => "a palette",
        Inks => "CMYK",
        YCbCr => "YCbCr",
        Lab => "Lab",
        _ => $"colours {Colours}",
    };

    private int ResultChannels => Colours switch
    {
        WhiteIsZero or BlackIsZero => 1,
        Rgb => Channels,
        _ => 3,
    };

    // What the decoder does rightly, kind by kind.
    private void CheckKind()
    {
        if (Numbers(BitsTag) is { } bits && bits.Any(count => count != bits[0])) throw new UnreadKindException("a TIFF of channels of different bits");
        if (Numbers(SampleFormatTag) is { } formats && formats.Any(format => format != 1)) throw new UnreadKindException("a TIFF of signed or floating-point samples");
        var isKnown = (Colours, Channels, Bits) switch
        {
            (WhiteIsZero or BlackIsZero, 1, 1 or 2 or 4 or 8 or 16) => true,
            (Rgb, 3 or 4, 8 or 16) => true,
            (Palette, 1, 1 or 2 or 4 or 8) => _tags.ContainsKey(PaletteTag),
            (Inks, 4, 8 or 16) => Compression != Jpeg,
            (YCbCr, 3, 8) => Compression == Jpeg,
            (Lab, 3, 8) => Compression != Jpeg,
            _ => false,
        };
        if (!isKnown) throw new UnreadKindException($"a TIFF of {Channels} channels of {Bits} bits ({ColoursName})");
        // Of the fax machines' ways, 2 to 4, ImageSharp's decoders write beyond their memory where a file is damaged.
        if (Compression is not (Plain or Lzw or Jpeg or Deflate or PackBits or OldDeflate) || (Compression == Jpeg && Bits != 8) || Number(PredictorTag, 1) is not (1 or 2))
            throw new UnreadKindException($"a TIFF of compression {Compression}");
        // The predictor's step is taken to be that of whole pixels, which planes do not have.
        if (IsPlanar && (Compression == Jpeg || Colours == Inks || Number(PredictorTag, 1) == 2)) throw new UnreadKindException("a TIFF of separate planes");
        if (Colours == Palette && Numbers(PaletteTag)!.Length != 3 << Bits) throw new InvalidDataException("its palette is no palette");
    }

    // Where the strips or tiles stand, and how many bytes each has: as many as the picture needs, all within the file.
    private (long[] Offsets, long[] Bytes) Places()
    {
        var (offsets, bytes) = (Numbers(IsTiled ? TileOffsetsTag : StripOffsetsTag), Numbers(IsTiled ? TileBytesTag : StripBytesTag));
        if (offsets is null || bytes is null) throw new InvalidDataException("it does not say where its pixels are");
        var needed = IsTiled ? Tiles() : ((Height - 1) / StripRows) + 1;
        if (IsPlanar) needed = checked(needed * Channels);
        if (offsets.Length < needed || bytes.Length < needed) throw new InvalidDataException("it does not say where its pixels are");
        for (var i = 0; i < needed; i++)
        {
            if (offsets[i] <= 0 || bytes[i] <= 0 || bytes[i] > _file.Length - offsets[i]) throw new InvalidDataException("it ends too early");
            if (Compression == Plain && bytes[i] < PlainBytes(i)) throw new InvalidDataException("some of its pixels are missing");
        }
        return (offsets[..needed], bytes[..needed]);
    }

    private int StripRows => (int)Math.Clamp(Number(StripRowsTag, uint.MaxValue), 1, Height);

    private int Tiles()
    {
        var (width, height) = (Side(TileWidthTag), Side(TileHeightTag));
        if (width % 16 != 0 || height % 16 != 0 || (long)width * height > MostTilePixels) throw new InvalidDataException("its tiles have no size");
        return checked((int)((((Width - 1L) / width) + 1) * (((Height - 1L) / height) + 1)));
    }

    private long PlainBytes(int place)
    {
        var samples = IsPlanar ? 1 : Channels;
        if (IsTiled) return (((long)Side(TileWidthTag) * samples * Bits) + 7) / 8 * Side(TileHeightTag);
        var strips = ((Height - 1) / StripRows) + 1;
        var rows = Math.Min(StripRows, Height - (place % strips * StripRows));
        return (((long)Width * samples * Bits) + 7) / 8 * rows;
    }

    private PiecesStream Pixels((long[] Offsets, long[] Bytes) places)
    {
        Dictionary<ushort, TiffTag> tags = new(_tags);
        foreach (var tag in (ushort[])[OrientationTag, HorizontalTag, VerticalTag, UnitTag, ProfileTag]) tags.Remove(tag);
        var (offsets, bytes) = IsTiled ? (TileOffsetsTag, TileBytesTag) : (StripOffsetsTag, StripBytesTag);
        Set(tags, offsets, TiffTag.LongType, places.Offsets);
        Set(tags, bytes, TiffTag.LongType, places.Bytes);
        Set(tags, BitsTag, TiffTag.ShortType, [.. Enumerable.Repeat((long)Bits, Channels)]);
        Set(tags, PlanesTag, TiffTag.ShortType, IsPlanar ? 2 : 1);
        if (!IsTiled) Set(tags, StripRowsTag, TiffTag.LongType, StripRows);
        // Inks and Lab come as they are stored, in channels of another name; we know their colours better.
        if (Colours is Inks or Lab) Set(tags, ColoursTag, TiffTag.ShortType, Rgb);
        if (Colours == Inks) Set(tags, ExtraTag, TiffTag.ShortType, 2);
        return new TiffPixels(_file, _tiff).With(tags.Values);
    }

    private static void Set(Dictionary<ushort, TiffTag> tags, ushort tag, ushort type, params long[] values)
    {
        var wide = type == TiffTag.LongType && values.Any(value => value > uint.MaxValue);
        var (kind, width) = wide ? (TiffTag.LongLongType, 8) : (type, TiffTag.TypeBytes(type));
        var data = new byte[values.Length * width];
        Span<byte> field = stackalloc byte[8];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(field, values[i]);
            field[..width].CopyTo(data.AsSpan(i * width));
        }
        tags[tag] = new TiffTag(tag, kind, values.Length, data);
    }

    private (double, double)? Resolution()
    {
        var millimetres = Number(UnitTag, 0) switch { 2 => MillimetresPerInch, 3 => MillimetresPerCentimetre, _ => 0 };
        if (millimetres == 0) return null;
        var (horizontal, vertical) = (Fraction(HorizontalTag), Fraction(VerticalTag));
        return horizontal > 0 && vertical > 0 ? (horizontal / millimetres, vertical / millimetres) : null;
    }

    private double Fraction(ushort tag) => _tags.TryGetValue(tag, out var found) && found is { Type: TiffTag.RationalType, Count: 1 }
        ? (double)BinaryPrimitives.ReadUInt32LittleEndian(found.Data) / BinaryPrimitives.ReadUInt32LittleEndian(found.Data.AsSpan(4)) : 0;

    private int Side(ushort tag) => Number(tag, 0) is >= 1 and <= int.MaxValue and var side ? (int)side : throw new InvalidDataException("it has no size");

    private long Number(ushort tag, long usual) => Numbers(tag) is { Length: > 0 } numbers ? numbers[0] : usual;

    // Whole numbers without a sign; null where there are none.
    private long[]? Numbers(ushort tag)
    {
        if (!_tags.TryGetValue(tag, out var found) || found.Type is not (TiffTag.ShortType or TiffTag.LongType or TiffTag.LongLongType)) return null;
        var width = TiffTag.TypeBytes(found.Type);
        var numbers = new long[found.Data.Length / width];
        Span<byte> field = stackalloc byte[8];
        for (var i = 0; i < numbers.Length; i++)
        {
            field.Clear();
            found.Data.AsSpan(i * width, width).CopyTo(field);
            numbers[i] = BinaryPrimitives.ReadInt64LittleEndian(field);
        }
        return numbers;
    }
}
