using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>How libvips is found, and what it is kept from doing.</summary>
public sealed class VipsLibraryTests
{
    [Fact]
    public void Missing_library_is_one_sentence_that_says_what_to_install()
    {
        var message = Assert.Throws<PictureException>(() => VipsLibrary.Load(["libvips-that-is-not-there.so.42"])).Message;
        Assert.Contains("apt-get install libvips42", message);
        Assert.Contains("libvips42t64", message);
    }

    [Fact]
    public void Version_is_the_tools_own()
    {
        Assert.Equal(Oracle.Vips("vips", "--version").Replace("vips-", "libvips ", StringComparison.Ordinal), new VipsCodec().Description);
    }

    [Theory]
    [InlineData("svgload", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")]
    [InlineData("magickload", "P1 1 1 1")]
    [InlineData("ppmload", "P1 1 1 1")]
    [InlineData("csvload", "1,2")]
    [InlineData("matrixload", "1 1\n1")]
    public void Loaders_that_are_not_trusted_are_blocked_in_the_library_too(string loader, string content)
    {
        VipsLibrary.Start();
        if (!VipsOperation.Exists(loader)) return; // built without it: as good as blocked
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            using var load = new VipsOperation(loader);
            load.SetText("filename", path);
            Assert.Contains("blocked", Assert.Throws<VipsException>(() => load.Run()).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Extensions_that_a_folder_is_searched_for()
    {
        var codec = new VipsCodec();
        Assert.All(new[] { ".jpg", ".JPEG", ".png", ".webp", ".PNG" }, extension => Assert.Contains(extension, codec.InputExtensions));
        Assert.All(new[] { ".svg", ".txt", "png", ".part", "", ".pdf" }, extension => Assert.DoesNotContain(extension, codec.InputExtensions));
        Assert.Equal(VipsOperation.Exists("heifload"), codec.InputExtensions.Contains(".heic"));
        Assert.Equal(VipsOperation.Exists("tiffload"), codec.InputExtensions.Contains(".tif"));
    }

    [Theory]
    [InlineData("a.png", PictureFormat.Png)]
    [InlineData("b/c.JPG", PictureFormat.Jpeg)]
    [InlineData("d.jpeg", PictureFormat.Jpeg)]
    [InlineData("e.WebP", PictureFormat.WebP)]
    [InlineData("f.gif", null)]
    [InlineData("g", null)]
    public void Format_follows_the_extension(string path, PictureFormat? format)
    {
        Assert.Equal(format, PictureFormats.FromPath(path));
        Assert.Equal(format, PictureFormats.FromName(Path.GetExtension(path).TrimStart('.')));
        if (format is { } known) Assert.Equal(known, PictureFormats.FromPath("x" + PictureFormats.Extension(known)));
    }
}
