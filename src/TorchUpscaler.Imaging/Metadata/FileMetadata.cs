using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;
using TorchUpscaler.Imaging.Reading;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>What libvips has found in a file beside the pixels, checked and in the form in which it is carried.</summary>
internal static class FileMetadata
{
    /// <summary>EXIF's orientation, 1 to 8; 1 where the file says nothing or nonsense.</summary>
    internal static int Orientation(VipsImage image, FileKind kind)
    {
        if (kind.IsTurnedByDecoder) return 1; // its decoder turns the picture, and EXIF's tag does not count
        // The tag that is applied must be the one that is reset, so ours is asked before libvips' own parser.
        var exif = ExifBlock.Normalise(image.Block("exif-data"));
        return FoundMetadata.Orientation(exif, image.Number("orientation"));
    }

    /// <summary>Collects what is carried for a picture that is decoded by this plan and turned upright.</summary>
    internal static PictureMetadata Read(string path, FileKind kind, VipsImage image, DecodePlan plan, int orientation)
    {
        var profile = image.Block("icc-profile-data");
        var isGrey = plan.Channels < 3;
        var keepsProfile = plan.Color == ColorChange.None && plan.Samples is SampleChange.None or SampleChange.UIntTo16
            && IccProfile.Fits(profile, isGrey);
        var ofPng = kind == FileKind.Png && profile.IsEmpty ? PngColours.Profile(path, isGrey) : null;
        var exif = ExifBlock.Normalise(image.Block("exif-data")) ?? (kind == FileKind.Tiff ? TiffDirectory.ExifOf(path) : null);
        return new FoundMetadata(keepsProfile ? profile.ToArray() : ofPng, exif, Stored(path, kind, image)).Carried(orientation);
    }

    // The resolution outside of EXIF, in pixels per millimetre. Where there is none, libvips makes one up, and only for
    // some kinds of files does it tell by a unit that there is one.
    private static (double Horizontal, double Vertical)? Stored(string path, FileKind kind, VipsImage image)
    {
        if (kind == FileKind.Png) return PngResolution.Read(path);
        var isTold = (kind == FileKind.Jpeg || kind == FileKind.Tiff) && image.Has("resolution-unit");
        return isTold ? (image.HorizontalResolution, image.VerticalResolution) : null;
    }
}
