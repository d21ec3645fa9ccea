using System.Diagnostics;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>What killed processes have left beside their results goes; what living ones write, and what is another's, stays.</summary>
public sealed class AbandonedResultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("abandoned").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_what_nobody_writes_any_more_is_removed()
    {
        const string dead = ".cat_x4.png.0123456789abcdef0123456789abcdef.part", alive = ".dog_x4.png.0123456789abcdef0123456789abcdee.part";
        string[] others = ["cat.png", ".cat.part", "cat_x4.png.0123456789abcdef0123456789abcdef.part", ".cat_x4.png.0123456789ABCDEF0123456789abcdef.part"];
        foreach (var name in (string[])[dead, alive, .. others]) File.WriteAllText(At(name), "some bytes");
        Directory.CreateDirectory(At(".folder.0123456789abcdef0123456789abcdef.part"));
        using var writer = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c",
            "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.flock(f, fcntl.LOCK_EX); print('locked', flush=True); sys.stdin.read()", At(alive)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", writer.StandardOutput.ReadLine());

        using (new VipsCodec().Create(At("result.png"), new ResultShape(4, 4, 3, 8, PictureMetadata.None), new EncodeOptions(PictureFormat.Png)))
            Assert.False(File.Exists(At(dead)));

        Assert.All((string[])[alive, .. others], name => Assert.True(File.Exists(At(name)), name));
        Assert.True(Directory.Exists(At(".folder.0123456789abcdef0123456789abcdef.part")));
        writer.StandardInput.Close();
        writer.WaitForExit();
    }

    [Fact]
    public void A_result_in_the_making_is_locked_and_bears_such_a_name()
    {
        using var writer = new VipsCodec().Create(At("result.png"), new ResultShape(4, 4, 3, 8, PictureMetadata.None), new EncodeOptions(PictureFormat.Png));
        var part = Assert.Single(Directory.GetFiles(_folder));
        Assert.True(AbandonedResults.IsOurs(Path.GetFileName(part)), part);
        Assert.Throws<IOException>(() => new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
