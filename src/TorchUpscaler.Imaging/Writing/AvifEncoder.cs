using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>libvips' encoder of AVIF: whether the machine has it, and how it is asked.</summary>
internal static class AvifEncoder
{
    private const int Side = 16, Channels = 3; // of the picture that it is tried with

    private static readonly Lazy<bool> s_isAvailable = new(Try);

    /// <summary>Whether AVIF can be written. libheif, which libvips hands it to, may be there without an encoder; so it is tried, once.</summary>
    internal static bool IsAvailable => s_isAvailable.Value;

    /// <summary>The saver, but for the quality. Colours keep their full resolution, as in our JPEGs.</summary>
    internal static VipsOperation Saver() => new VipsOperation("heifsave_target").Set("compression", "av1")
        .Set("subsample_mode", "off").Set("bitdepth", "8").Set("strip", "true");

    // With a picture like a result: libvips from 8.16 on refuses one that does not say what its samples mean.
    private static bool Try()
    {
        try
        {
            using var target = new VipsTarget(_ => true);
            using var black = new VipsRowImage(Side, Side, Channels, 8, (_, row) => { row.Clear(); return true; });
            using var save = Saver();
            save.Set("in", black.Image).Set("target", target).Run();
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }
}
