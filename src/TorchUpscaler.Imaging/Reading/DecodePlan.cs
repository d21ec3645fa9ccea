using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>How the samples that libvips puts out become the picture's.</summary>
internal enum SampleChange
{
    /// <summary>They are 8 or 16 bits already.</summary>
    None,

    /// <summary>32-bit whole numbers; the upper 16 bits are kept.</summary>
    UIntTo16,

    /// <summary>Linear light as 32-bit floating point, black 0 and white 1; sRGB's curve is applied.</summary>
    FloatTo16,

    /// <summary>The same as 64-bit floating point.</summary>
    DoubleTo16,
}

/// <summary>Which libvips operation brings the colours to sRGB.</summary>
internal enum ColorChange
{
    /// <summary>None: grey or RGB already; a profile that fits is carried.</summary>
    None,

    /// <summary>From CMYK, by the embedded profile, or by a usual press profile where there is none.</summary>
    FromCmyk,

    /// <summary>From Lab.</summary>
    FromLab,
}

/// <summary>What a decoded file becomes: the decision is made from the header alone, by what the file says its samples are.</summary>
/// <param name="Channels">1, 2, 3 or 4.</param>
/// <param name="Bits">8 or 16.</param>
/// <param name="Samples">What happens to each sample.</param>
/// <param name="Color">What happens to the colours before.</param>
internal sealed record DecodePlan(int Channels, int Bits, SampleChange Samples, ColorChange Color)
{
    /// <summary>The plan for an image, or null where it is of a kind that is not read (complex numbers, satellite bands …).</summary>
    internal static DecodePlan? For(VipsImage image) => (image.Coding, image.Interpretation, image.Bands) switch
    {
        (Coding.LabQ, _, _) => new(3, 8, SampleChange.None, ColorChange.FromLab),
        (not Coding.None, _, _) => null,
        (_, Interpretation.Lab or Interpretation.LabS, 3 or 4) => new(image.Bands, BitsOfLab(image), SampleChange.None, ColorChange.FromLab),
        (_, Interpretation.Cmyk, 4 or 5) => Cmyk(image),
        (_, Interpretation.Grey or Interpretation.Grey16 or Interpretation.Multiband, 1 or 2) => Plain(image),
        (_, Interpretation.Srgb or Interpretation.Rgb or Interpretation.Rgb16 or Interpretation.ScRgb, >= 1 and <= 4) => Plain(image),
        _ => null,
    };

    private static int BitsOfLab(VipsImage image) => image.Format is BandFormat.UChar or BandFormat.Char ? 8 : 16;

    private static DecodePlan? Cmyk(VipsImage image) => image.Format switch
    {
        BandFormat.UChar => new(image.Bands - 1, 8, SampleChange.None, ColorChange.FromCmyk),
        BandFormat.UShort => new(image.Bands - 1, 16, SampleChange.None, ColorChange.FromCmyk),
        _ => null,
    };

    private static DecodePlan? Plain(VipsImage image) => image.Format switch
    {
        BandFormat.UChar => new(image.Bands, 8, SampleChange.None, ColorChange.None),
        BandFormat.UShort => new(image.Bands, 16, SampleChange.None, ColorChange.None),
        BandFormat.UInt => new(image.Bands, 16, SampleChange.UIntTo16, ColorChange.None),
        BandFormat.Float => new(image.Bands, 16, SampleChange.FloatTo16, ColorChange.None),
        BandFormat.Double => new(image.Bands, 16, SampleChange.DoubleTo16, ColorChange.None),
        _ => null,
    };
}
