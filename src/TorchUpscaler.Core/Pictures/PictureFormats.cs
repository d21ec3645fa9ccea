namespace TorchUpscaler.Core;

/// <summary>The output formats: their names, their file name extensions, and how large a picture each can hold.</summary>
public static class PictureFormats
{
    private const int LargestWebP = 16383, LargestAvif = 16384, LargestJpeg = 65500, LargestPng = 1_000_000, LargestTiff = 1_000_000;

    /// <summary>The format that a file name's extension asks for, or null where it is none of the output formats'.</summary>
    /// <param name="path">A file name, with or without folders.</param>
    public static PictureFormat? FromPath(string path) => Path.GetExtension(path)?.ToUpperInvariant() switch
    {
        ".PNG" => PictureFormat.Png,
        ".JPG" or ".JPEG" or ".JPE" => PictureFormat.Jpeg,
        ".WEBP" => PictureFormat.WebP,
        ".AVIF" => PictureFormat.Avif,
        ".TIF" or ".TIFF" => PictureFormat.Tiff,
        _ => null,
    };

    /// <summary>The format of this name (<c>png</c>, <c>jpg</c>, <c>jpeg</c>, <c>webp</c>, <c>avif</c>, <c>tif</c>, <c>tiff</c>, in any case), or null.</summary>
    /// <param name="name">The name as a person writes it.</param>
    public static PictureFormat? FromName(string name) => FromPath($".{name}");

    /// <summary>The usual extension, with its dot: <c>.png</c>, <c>.jpg</c>, <c>.webp</c>, <c>.avif</c>, <c>.tif</c>.</summary>
    public static string Extension(PictureFormat format) => format switch
    {
        PictureFormat.Png => ".png",
        PictureFormat.Jpeg => ".jpg",
        PictureFormat.WebP => ".webp",
        PictureFormat.Avif => ".avif",
        PictureFormat.Tiff => ".tif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not an output format"),
    };

    /// <summary>The format's name for people: <c>PNG</c>, <c>JPEG</c>, <c>WebP</c>, <c>AVIF</c>, <c>TIFF</c>.</summary>
    public static string Name(PictureFormat format) => format switch
    {
        PictureFormat.Png => "PNG",
        PictureFormat.Jpeg => "JPEG",
        PictureFormat.WebP => "WebP",
        PictureFormat.Avif => "AVIF",
        PictureFormat.Tiff => "TIFF",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not an output format"),
    };

    /// <summary>The longest side, in pixels, that a file of this format can have.</summary>
    public static int LargestSide(PictureFormat format) => format switch
    {
        PictureFormat.Png => LargestPng, // libpng's own limit
        PictureFormat.Jpeg => LargestJpeg,
        PictureFormat.WebP => LargestWebP,
        PictureFormat.Avif => LargestAvif,
        PictureFormat.Tiff => LargestTiff, // libvips reads no larger ones
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not an output format"),
    };

    /// <summary>Whether the format holds 16 bits a sample; else they are rounded to 8.</summary>
    public static bool Holds16Bits(PictureFormat format) => format is PictureFormat.Png or PictureFormat.Tiff;

    /// <summary>Whether the format holds an alpha channel; else the picture is laid over white.</summary>
    public static bool HoldsAlpha(PictureFormat format) => format != PictureFormat.Jpeg;

    /// <summary>Whether the format holds one grey channel; else it is written as three.</summary>
    public static bool HoldsGrey(PictureFormat format) => format is PictureFormat.Png or PictureFormat.Jpeg or PictureFormat.Tiff;

    /// <summary>Whether results are written by rows while they are computed; else the encoder holds them as a whole.</summary>
    public static bool IsWrittenByRows(PictureFormat format) => HoldsGrey(format);

    /// <summary>
    /// The format of a result that nobody has asked for a format of: the picture's own, and PNG where that cannot be written. A worker
    /// makes no AVIF by itself: of a large picture it takes minutes in one call, and a worker is to stop at any time.
    /// </summary>
    /// <param name="own">The picture's own format, or null.</param>
    public static PictureFormat InQueue(PictureFormat? own) => own is null or PictureFormat.Avif ? PictureFormat.Png : own.Value;

    /// <summary>Refuses a size that the format cannot hold. Cheap: to be called before any work.</summary>
    /// <param name="format">The output format.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="PictureException">Too large; the message names the limit and the formats that can.</exception>
    public static void CheckSize(PictureFormat format, int width, int height)
    {
        var side = Math.Max(width, height);
        if (side <= LargestSide(format)) return;

        var others = Enum.GetValues<PictureFormat>().Where(other => IsWrittenByRows(other) && LargestSide(other) >= side).Select(Name).ToArray();
        var advice = others.Length > 0 ? $"write {Listed(others)} instead" : "choose a smaller scale";
        throw new PictureException(
            $"{Name(format)} holds at most {LargestSide(format)} pixels a side and the result has {width}×{height}; {advice}");
    }

    /// <summary>The sentence for a format that a codec cannot write: what to install, where that helps, or to write instead.</summary>
    /// <param name="format">The format.</param>
    /// <param name="codec">The codec.</param>
    public static string CannotBeWritten(PictureFormat format, IPictureCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var remedy = codec.Remedy(format) is { } told ? $"{told}, or " : "";
        return $"{Name(format)} cannot be written on this machine; {remedy}choose another format ({string.Join(", ", codec.OutputFormats.Select(Name))})";
    }

    private static string Listed(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
}
