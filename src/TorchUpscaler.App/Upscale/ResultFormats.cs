using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Names, extensions and limits of the formats that results are written in.</summary>
internal static class ResultFormats
{
    /// <summary>What can be written as a format's name or a result's extension.</summary>
    internal const string Names = "png, jpg or webp";

    /// <summary>The format of that name or extension (with or without its dot), or null.</summary>
    internal static PictureFormat? Parse(string name) => name.TrimStart('.').ToUpperInvariant() switch
    {
        "PNG" => PictureFormat.Png,
        "JPG" or "JPEG" => PictureFormat.Jpeg,
        "WEBP" => PictureFormat.WebP,
        _ => null,
    };

    /// <summary>The extension of results, with its dot.</summary>
    internal static string Extension(PictureFormat format) => format switch
    {
        PictureFormat.Png => ".png",
        PictureFormat.Jpeg => ".jpg",
        PictureFormat.WebP => ".webp",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, null),
    };

    /// <summary>Bits of a stored sample: 16 where the input has them and the format can.</summary>
    internal static int Bits(PictureFormat format, int inputBits) => format == PictureFormat.Png ? inputBits : 8;

    /// <summary>Refuses a result that the format cannot hold.</summary>
    /// <exception cref="PictureException">A side is too long; names a format that can.</exception>
    internal static void CheckSize(PictureFormat format, long width, long height)
    {
        var limit = MaxSide(format);
        if (Math.Max(width, height) <= limit) return;
        var other = Math.Max(width, height) <= MaxSide(PictureFormat.Jpeg) ? "-f png or -f jpg" : "-f png";
        throw new PictureException(string.Create(CultureInfo.InvariantCulture,
            $"the result would be {width}×{height}, and {Name(format)} holds at most {limit} pixels a side; use {other}"));
    }

    // WebP: 14 bits a side. JPEG: libjpeg's own limit. PNG: 31 bits.
    private static int MaxSide(PictureFormat format) => format switch
    {
        PictureFormat.WebP => 16_383,
        PictureFormat.Jpeg => 65_500,
        _ => int.MaxValue,
    };

    private static string Name(PictureFormat format) => format switch
    {
        PictureFormat.WebP => "WebP",
        PictureFormat.Jpeg => "JPEG",
        _ => "PNG",
    };
}
