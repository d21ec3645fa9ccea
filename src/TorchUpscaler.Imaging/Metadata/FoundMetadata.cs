using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Reading;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>What has been found in a file beside the pixels.</summary>
/// <param name="Profile">The ICC profile of the pixels as they are handed out, or null.</param>
/// <param name="Exif">The EXIF block from its TIFF header on, or null; is changed.</param>
/// <param name="Resolution">The resolution outside of EXIF, in pixels per millimetre, or null.</param>
internal sealed record FoundMetadata(byte[]? Profile, byte[]? Exif, (double Horizontal, double Vertical)? Resolution)
{
    // Beyond, a resolution is a lie: a million pixels a millimetre is finer than light.
    private const double LargestResolution = 1e6;

    /// <summary>The orientation, 1 to 8; 1 where the file says nothing or nonsense.</summary>
    /// <param name="exif">The EXIF block, which counts where there is one.</param>
    /// <param name="told">What the file says outside of it.</param>
    internal static int Orientation(byte[]? exif, int? told)
    {
        var orientation = exif != null ? ExifBlock.Orientation(exif) : told;
        return orientation is >= 1 and <= 8 ? orientation.Value : 1;
    }

    /// <summary>In the form in which it is carried, for a picture that is turned upright.</summary>
    /// <param name="orientation">As the picture is stored.</param>
    internal PictureMetadata Carried(int orientation)
    {
        var exif = Exif;
        if (exif != null)
        {
            ExifBlock.MarkUpright(exif);
            exif = ExifBlock.WithoutThumbnail(exif);
        }
        var (horizontal, vertical) = Resolution ?? (exif != null ? ExifBlock.Resolution(exif) : null) ?? (0, 0);
        if (!(IsSane(horizontal) && IsSane(vertical))) (horizontal, vertical) = (0, 0);
        if (Upright.Turns(orientation)) (horizontal, vertical) = (vertical, horizontal);
        return new PictureMetadata { IccProfile = Profile, Exif = exif, HorizontalResolution = horizontal, VerticalResolution = vertical };
    }

    private static bool IsSane(double resolution) => resolution > 0 && resolution < LargestResolution;
}
