using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Full;

namespace TorchUpscaler.Imaging.Tests.Full;

public sealed class SharpChangingFileTests : ChangingFileContract
{
    private protected override IDisposable Open(string path, out Func<Picture> decode)
    {
        var file = SharpFile.Open(path);
        decode = () => file.Decode(CancellationToken.None);
        return file;
    }
}
