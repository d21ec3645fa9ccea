using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>
/// Files that another program changes while they are read. A loader that maps them into memory would take the process down. One class a
/// codec derives from it.
/// </summary>
public abstract class ChangingFileContract : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("changing").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("tif")]
    public void A_file_that_is_cut_short_after_its_header_was_read_is_an_error(string extension)
    {
        var path = Noise(extension);
        using var file = Open(path, out var decode);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) other.SetLength(300);
        if (ReadOnOpening.Contains(extension))
        {
            Assert.Equal(700, decode().Width);
            return;
        }

        var error = Assert.Throws<PictureException>(() => decode());
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
        using var file = Open(path, out var decode);
        File.WriteAllText(path + ".new", "no picture");
        File.Move(path + ".new", path, overwrite: true);
        Assert.Equal(700, decode().Width);
    }

    /// <summary>The kinds, by their extensions, that are read as a whole on opening: no decoder looks at the disk again.</summary>
    protected virtual IReadOnlyList<string> ReadOnOpening => [];

    /// <summary>Opens a file, reads its head, and says how its pixels are decoded.</summary>
    private protected abstract IDisposable Open(string path, out Func<Picture> decode);

    private string Noise(string extension)
    {
        var path = Path.Combine(_folder, "noise." + extension);
        _ = Oracle.Python("image_of(received()).save(sys.argv[1], **({'lossless': True} if sys.argv[1].endswith('webp') else {}))", Pixels.Noise(700, 600, 3, 8), path);
        return path;
    }
}
