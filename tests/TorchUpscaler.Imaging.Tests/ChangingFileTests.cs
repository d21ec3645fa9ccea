using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Reading;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>Files that another program changes while they are read. A loader that maps them into memory would take the process down.</summary>
public sealed class ChangingFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("changing").FullName;

    public ChangingFileTests() => _ = new VipsCodec();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("tif")]
    public void A_file_that_is_cut_short_after_its_header_was_read_is_an_error(string extension)
    {
        var path = Noise(extension);
        using var file = PictureFile.Open(path);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(300);
        if (extension is "webp" or "gif")
        {
            // These are read as a whole on opening, and no loader looks at the disk again.
            Assert.Equal((700, 600), (file.Decode(CancellationToken.None).Width, file.Header.Height));
            return;
        }

        var error = Assert.Throws<PictureException>(() => file.Decode(CancellationToken.None));
        Assert.Contains("damaged or truncated", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("tif")]
    public void A_file_that_is_replaced_after_it_was_opened_is_read_as_it_was(string extension)
    {
        var path = Noise(extension);
        using var file = PictureFile.Open(path);
        File.WriteAllText(path + ".new", "no picture");
        File.Move(path + ".new", path, overwrite: true);
        Assert.Equal(700, file.Decode(CancellationToken.None).Width);
    }

    private string Noise(string extension)
    {
        var path = Path.Combine(_folder, "noise." + extension);
        _ = Oracle.Python("image_of(received()).save(sys.argv[1], **({'lossless': True} if sys.argv[1].endswith('webp') else {}))", Pixels.Noise(700, 600, 3, 8), path);
        return path;
    }
}
