using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>The metadata as it stands in a result's file.</summary>
/// <param name="Profile">The ICC profile; empty for none.</param>
/// <param name="Exif">The EXIF block from its TIFF header on; empty for none.</param>
/// <param name="Horizontal">Pixels per millimetre, or 0.</param>
/// <param name="Vertical">Pixels per millimetre, or 0.</param>
internal sealed record ResultMetadata(byte[] Profile, byte[] Exif, double Horizontal, double Vertical)
{
    /// <summary>Fits the carried metadata to a result: a profile that is not for its pixels is left out, and sizes in EXIF are set right.</summary>
    /// <param name="shape">The result.</param>
    /// <param name="isGrey">Whether the file's pixels are grey.</param>
    /// <param name="wanted">What is to be carried.</param>
    internal static ResultMetadata For(ResultShape shape, bool isGrey, CarriedMetadata wanted)
    {
        var carried = shape.Metadata;
        var profile = IccProfile.Fits(carried.IccProfile, isGrey) ? carried.IccProfile! : [];
        if (wanted == CarriedMetadata.None) return new ResultMetadata(profile, [], 0, 0);
        var (horizontal, vertical) = (carried.HorizontalResolution, carried.VerticalResolution);
        if (!(horizontal > 0 && vertical > 0)) (horizontal, vertical) = (0, 0);
        var stored = ExifBlock.Normalise(carried.Exif);
        if (stored is not null && wanted == CarriedMetadata.ButPlace) stored = ExifBlock.WithoutPlace(stored);
        var exif = stored is not null ? ExifBlock.ForResult(stored, shape.Width, shape.Height, horizontal, vertical) : [];
        return new ResultMetadata(profile, exif, horizontal, vertical);
    }

    /// <summary>EXIF for a format that has no other place for a resolution: where there is none, one of the resolution alone.</summary>
    internal byte[] ExifOrResolution() => Exif.Length > 0 || Horizontal == 0 ? Exif : ExifBlock.OfResolution(Horizontal, Vertical);

    /// <summary>Whether nothing is to be written.</summary>
    internal bool IsEmpty => Profile.Length == 0 && Exif.Length == 0 && Horizontal == 0;
}
