using TorchUpscaler.Core;
using TorchUpscaler.Imaging;
#if FULL_PACKAGES
using TorchUpscaler.Imaging.Full;
#endif

namespace TorchUpscaler.App.Composition;

/// <summary>The picture codecs of this build.</summary>
internal static class Codecs
{
    /// <summary>What <c>--codec</c> takes.</summary>
    internal static readonly string[] Names = ["auto", "libvips", "imagesharp"];

    /// <summary>
    /// Opens a codec. <c>auto</c> is libvips, which knows more formats and writes results while they are computed; where it is not
    /// installed, ImageSharp, if this build has it.
    /// </summary>
    /// <exception cref="PictureException">It is not installed.</exception>
    /// <exception cref="InputException">This build does not contain it.</exception>
    internal static IPictureCodec Open(string name = "auto") => name switch
    {
        "libvips" => new VipsCodec(),
        "imagesharp" => ImageSharp(),
        "auto" => Auto(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no codec"),
    };

    private static IPictureCodec Auto()
    {
        try
        {
            return new VipsCodec();
        }
        catch (PictureException) when (HasImageSharp)
        {
            return ImageSharp();
        }
    }

#if FULL_PACKAGES
    private static bool HasImageSharp => true;

    private static ImageSharpCodec ImageSharp() => new();
#else
    private static bool HasImageSharp => false;

    private static IPictureCodec ImageSharp() => throw new InputException("this build has no ImageSharp; use --codec libvips, or build with -p:Packages=full");
#endif
}
