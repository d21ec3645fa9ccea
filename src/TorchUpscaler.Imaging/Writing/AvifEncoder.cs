using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>libvips' encoder of AVIF: whether the machine has it, and how it is asked.</summary>
internal static class AvifEncoder
{
    private static readonly Lazy<bool> s_isAvailable = new(Try);

    /// <summary>Whether AVIF can be written. libheif, which libvips hands it to, may be there without an encoder; so it is tried, once.</summary>
    internal static bool IsAvailable => s_isAvailable.Value;

    /// <summary>The saver, but for the quality. Colours keep their full resolution, as in our JPEGs.</summary>
    internal static VipsOperation Saver() => new VipsOperation("heifsave_target").Set("compression", "av1")
        .Set("subsample_mode", "off").Set("bitdepth", "8").Set("strip", "true");

    private static bool Try()
    {
        try
        {
            using var target = new VipsTarget(_ => true);
            using var black = new VipsOperation("black").Set("width", "16").Set("height", "16").Set("bands", "3");
            using var image = black.Run().Output();
            using var save = Saver();
            save.Set("in", image).Set("target", target).Run();
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }
}
