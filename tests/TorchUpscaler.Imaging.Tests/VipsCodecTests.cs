using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>The contract of the seam, kept by libvips.</summary>
public sealed class VipsCodecTests : PictureCodecContract
{
    protected override IPictureCodec Codec { get; } = new VipsCodec();
}
