using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>What only this writer can be asked: a full disk, and memory.</summary>
[Collection(nameof(RunsAlone))]
public sealed class VipsPictureWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("writer").FullName;

    public VipsPictureWriterTests() => VipsLibrary.Start();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(PictureFormat.Png)]
    [InlineData(PictureFormat.Jpeg)]
    [InlineData(PictureFormat.WebP)]
    public void Full_disk_is_an_error_and_not_a_hang(PictureFormat format)
    {
        var pixels = Pixels.Noise(500, 2000, 3, 8);
        using var writer = new VipsPictureWriter(OnFullDisk(), Shape(pixels), new(format));
        var error = Assert.ThrowsAny<IOException>(() =>
        {
            for (var y = 0; y < pixels.Height; y += 10) writer.Write(pixels.Bytes.AsSpan(y * pixels.RowBytes, 10 * pixels.RowBytes), 10);
            writer.Complete();
        });

        Assert.Contains("the disk is full", error.Message);
        Assert.Contains("out.png", error.Message);
        Assert.ThrowsAny<IOException>(writer.Complete);
        writer.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Full_disk_is_an_error_when_everything_was_still_buffered()
    {
        using var writer = new VipsPictureWriter(OnFullDisk(), Shape(Pixels.Noise(5, 5, 3, 8)), new(PictureFormat.Png));
        writer.Write(Pixels.Noise(5, 5, 3, 8).Bytes, 5);
        Assert.Contains("the disk is full", Assert.ThrowsAny<IOException>(writer.Complete).Message);
    }

    [Theory]
    [InlineData(PictureFormat.Png, 3, 8)]
    [InlineData(PictureFormat.Png, 4, 16)]
    [InlineData(PictureFormat.Jpeg, 3, 8)]
    public void Large_result_needs_the_memory_of_a_few_rows(PictureFormat format, int channels, int bits)
    {
        const int width = 12000, height = 3000;
        var row = Pixels.Noise(width, 1, channels, bits).Bytes;
        var before = Memory.ResetPeak();
        using (var writer = new VipsCodec().Create(Path.Combine(_folder, "large"), new(width, height, channels, bits, PictureMetadata.None), new(format)))
        {
            for (var y = 0; y < height; y++) writer.Write(row, 1);
            writer.Complete();
        }

        var rows = (Memory.Peak() - before) / row.Length;
        Assert.InRange(rows, 0, 64_000_000 / row.Length); // the picture is 108 MB or more
    }

    [Fact]
    public void Turned_picture_is_read_without_a_second_copy()
    {
        var path = Path.Combine(_folder, "turned.jpg");
        Oracle.Python("Image.new('RGB', (7000, 5000), (200, 100, 50)).save(sys.argv[1], exif=exif_with(6))", null, path);
        var codec = new VipsCodec();
        var before = Memory.ResetPeak();
        var picture = codec.Read(path, 100_000_000, CancellationToken.None);

        Assert.Equal((5000, 7000), (picture.Width, picture.Height));
        Assert.InRange(Memory.Peak() - before, picture.Bytes.Length / 2, picture.Bytes.Length + 48_000_000);
    }

    private static ResultShape Shape(Pixels pixels) => new(pixels.Width, pixels.Height, pixels.Channels, pixels.Bits, PictureMetadata.None);

    private ResultFile OnFullDisk()
    {
        var temporary = Path.Combine(_folder, "temporary");
        File.CreateSymbolicLink(temporary, "/dev/full");
        return new ResultFile(Path.Combine(_folder, "out.png"), temporary, new FileStream(temporary, FileMode.Open, FileAccess.Write));
    }
}

/// <summary>Tests that measure the process's memory run when no others do.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;

/// <summary>The process's memory as Linux counts it, in bytes.</summary>
internal static class Memory
{
    /// <summary>Makes the peak start anew, and returns what the process holds now.</summary>
    internal static long ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Status("VmRSS:");
    }

    /// <summary>The most that the process has held since <see cref="ResetPeak"/>.</summary>
    internal static long Peak() => Status("VmHWM:");

    private static long Status(string field) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture);
}
