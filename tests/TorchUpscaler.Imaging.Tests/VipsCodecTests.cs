using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>The contract of the seam, kept by libvips.</summary>
public sealed class VipsCodecTests : PictureCodecContract
{
    protected override IPictureCodec Codec { get; } = new VipsCodec();

    [Fact]
    public void Avif_is_offered_where_libvips_own_tool_writes_it()
    {
        Oracle.Vips("vips", "black", In("samples.v"), "16", "16", "--bands", "3");
        Oracle.Vips("vips", "copy", In("samples.v"), In("colours.v"), "--interpretation", "srgb");
        Oracle.Vips("vips", "heifsave", In("colours.v"), In("black.avif"), "--compression", "av1");

        Assert.Contains(PictureFormat.Avif, Codec.OutputFormats);
    }
}
