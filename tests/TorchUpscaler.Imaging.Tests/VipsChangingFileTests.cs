using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Reading;

namespace TorchUpscaler.Imaging.Tests;

public sealed class VipsChangingFileTests : ChangingFileContract
{
    public VipsChangingFileTests() => _ = new VipsCodec();

    protected override IReadOnlyList<string> ReadOnOpening => ["webp", "gif"];

    private protected override IDisposable Open(string path, out Func<Picture> decode)
    {
        var file = PictureFile.Open(path);
        decode = () => file.Decode(CancellationToken.None);
        return file;
    }
}
