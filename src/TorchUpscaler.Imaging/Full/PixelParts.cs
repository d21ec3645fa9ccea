using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>What the samples are that the decoder hands out.</summary>
internal enum SampleColours
{
    /// <summary>The picture's own.</summary>
    Plain,

    /// <summary>Brightness and two differences of colour as JPEG codes them (ITU-T T.871), these perhaps repeated.</summary>
    YCbCr,

    /// <summary>Four inks, 0 for none.</summary>
    Cmyk,

    /// <summary>CIE's L*, a* and b* in 8 bits, the latter two with a sign (TIFF 6.0, 23).</summary>
    Lab,
}

/// <summary>
/// A picture's file taken apart: what its head says, what is carried beside the pixels, and a file of the pixels alone for the decoder.
/// All of it is there, as far as the file's frame can tell.
/// </summary>
/// <param name="Width">Pixels in a row as stored.</param>
/// <param name="Height">Rows as stored.</param>
/// <param name="Channels">Channels of the picture.</param>
/// <param name="Bits">Bits of a sample: 8 or 16.</param>
/// <param name="Pixels">The file for the decoder.</param>
internal sealed record PixelParts(int Width, int Height, int Channels, int Bits, PiecesStream Pixels)
{
    /// <summary>What the decoder's samples are.</summary>
    internal SampleColours Colours { get; init; }

    /// <summary>How many pixels of a row, and how many rows, have one difference of colour.</summary>
    internal (int Across, int Down) ColourStep { get; init; } = (1, 1);

    /// <summary>Channels of what the decoder hands out.</summary>
    internal int DecodedChannels => Colours == SampleColours.Cmyk ? 4 : Channels;

    /// <summary>Profile, EXIF and resolution.</summary>
    internal FoundMetadata Found { get; init; } = new(null, null, null);

    /// <summary>EXIF's orientation or the file's own, 1 to 8.</summary>
    internal int Orientation { get; init; } = 1;

    /// <summary>Looks whether all pixels are there, where the frame cannot tell.</summary>
    internal Action<CancellationToken> CheckPixels { get; init; } = _ => { };
}
