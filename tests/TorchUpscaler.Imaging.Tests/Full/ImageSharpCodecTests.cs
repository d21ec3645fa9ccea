using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Full;

namespace TorchUpscaler.Imaging.Tests.Full;

/// <summary>The contract of the seam, kept by ImageSharp.</summary>
public sealed class ImageSharpCodecTests : PictureCodecContract
{
    protected override IPictureCodec Codec { get; } = new ImageSharpCodec();
}
