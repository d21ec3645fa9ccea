using TorchUpscaler.Core;
using TorchUpscaler.Imaging;

namespace TorchUpscaler.Fuzz.Pictures;

/// <summary>The codecs that this build contains, by a name for the child processes.</summary>
internal static partial class Codecs
{
    /// <summary>The codec of a name.</summary>
    internal static IPictureCodec Of(string name)
    {
        Dictionary<string, Func<IPictureCodec>> codecs = new() { ["libvips"] = () => new VipsCodec() };
        AddFull(codecs);
        return codecs[name]();
    }

    // What the full build has beside.
    static partial void AddFull(Dictionary<string, Func<IPictureCodec>> codecs);
}
