using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>What every codec's writer has to do where no codec can be asked for it: a full disk, and memory. One class a writer derives from it.</summary>
public abstract class PictureWriterContract : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("writer").FullName;

    /// <summary>The codec whose writer it is.</summary>
    protected abstract IPictureCodec Codec { get; }

    private protected IEnumerable<string> FilesLeft => Directory.EnumerateFileSystemEntries(_folder);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.WebP)]
    public void Full_disk_is_an_error_and_not_a_hang(PictureFormat format)
    {
        var pixels = Pixels.Noise(500, 2000, 3, 8);
        using var writer = Begin(OnFullDisk(), Shape(pixels), new(format));
        var error = Assert.ThrowsAny<IOException>(() =>
        {
            for (var y = 0; y < pixels.Height; y += 10) writer.Write(pixels.Bytes.AsSpan(y * pixels.RowBytes, 10 * pixels.RowBytes), 10);
            writer.Complete();
        });

        Assert.EndsWith("out.png' cannot be written: the disk is full; free some space or choose another folder", error.Message);
        Assert.ThrowsAny<IOException>(writer.Complete);
        writer.Dispose();
        Assert.Empty(FilesLeft);
    }

    [Fact]
    public void Full_disk_is_an_error_when_everything_was_still_buffered()
    {
        using var writer = Begin(OnFullDisk(), Shape(Pixels.Noise(5, 5, 3, 8)), new(PictureFormat.Png));
        writer.Write(Pixels.Noise(5, 5, 3, 8).Bytes, 5);
        Assert.Contains("the disk is full", Assert.ThrowsAny<IOException>(writer.Complete).Message);
    }

    /// <summary>Begins a result in a file.</summary>
    private protected abstract IPictureWriter Begin(ResultFile file, ResultShape shape, EncodeOptions options);

    private protected string In(string name) => Path.Combine(_folder, name);

    /// <summary>What an encoder adds to the process's memory.</summary>
    private protected long PeakOfNoise(string name, PictureFormat format, ResultShape shape) => Memory.OfEncodingNoise(Codec, In(name), format, shape);

    /// <summary>An encoder takes no more than it says.</summary>
    private protected void AssertKeepsToItsMemory(PictureFormat format, ResultShape shape) =>
        Assert.InRange(PeakOfNoise("large", format, shape), 0, Codec.EncoderBytes(format, shape));

    private static ResultShape Shape(Pixels pixels) => new(pixels.Width, pixels.Height, pixels.Channels, pixels.Bits, PictureMetadata.None);

    private ResultFile OnFullDisk()
    {
        var temporary = In("temporary");
        File.CreateSymbolicLink(temporary, "/dev/full");
        return new ResultFile(In("out.png"), temporary, new FileStream(temporary, FileMode.Open, FileAccess.Write));
    }
}
