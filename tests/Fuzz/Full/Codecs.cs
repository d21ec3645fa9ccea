using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Full;

namespace TorchUpscaler.Fuzz.Pictures;

internal static partial class Codecs
{
    static partial void AddFull(Dictionary<string, Func<IPictureCodec>> codecs) => codecs.Add("imagesharp", () => new ImageSharpCodec());
}
