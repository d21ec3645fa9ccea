using System.Globalization;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>A folder whose run is killed in its middle, without a chance to tidy up, and begun again.</summary>
[Collection(ProgramTests.Name)]
public sealed class ResumeTests(TinyModels models) : IDisposable
{
    private const int ExitSomeFailed = 3;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData(24, 320)]
    public void A_killed_run_goes_on_where_it_stopped(int pictures, int side) => KillAndGoOn(pictures, side);

    [Theory]
    [InlineData(500, 160)]
    [Trait("Length", "Long")]
    public void So_does_one_of_five_hundred_pictures(int pictures, int side) => KillAndGoOn(pictures, side);

    public void Dispose() => _here.Dispose();

    private void KillAndGoOn(int pictures, int side)
    {
        MakeMixedFolder(pictures, side);
        var bad = Directory.GetFiles(_here.PathOf("in"), "bad*").Length;
        using (var run = ProgramRun.Begin("upscale", _here.PathOf("in"), "-o", _here.PathOf("out"), "--weights", models.Folder, "-m", "x4plus"))
        {
            WaitForPart(run, Math.Max(2, pictures / 8));
            run.Signal("KILL");
            run.WaitForEnd();
        }
        Assert.Contains(_here.Files, file => file.EndsWith(".part", StringComparison.Ordinal)); // or the kill has come at no bad moment
        var finished = Results().ToDictionary(path => path, File.GetLastWriteTimeUtc);
        Assert.InRange(finished.Count, 1, pictures - bad - 1);

        var second = ProgramRun.Of("upscale", _here.PathOf("in"), "-o", _here.PathOf("out"), "--weights", models.Folder, "-m", "x4plus").ExitedWith(ExitSomeFailed);

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{pictures - bad - finished.Count} done, {finished.Count} skipped, {bad} failed"), second.ErrorLines[^1]);
        Assert.Equal(bad, second.ErrorLines.Count(line => line.StartsWith("failed: ", StringComparison.Ordinal) && line.Contains("bad", StringComparison.Ordinal)));
        Assert.DoesNotContain(_here.Files, file => file.EndsWith(".part", StringComparison.Ordinal));
        Assert.Equal(pictures - bad, Results().Count);
        Assert.All(finished, result => Assert.Equal(result.Value, File.GetLastWriteTimeUtc(result.Key)));
        Assert.Equal("True", Python.Run(
            """
            import os, sys
            from PIL import Image
            for name in os.listdir(sys.argv[1]):
                Image.open(os.path.join(sys.argv[1], name)).load()
            print(True)
            """, _here.PathOf("out")).Trim());
    }

    private List<string> Results() => [.. Directory.GetFiles(_here.PathOf("out")).Where(path => !Path.GetFileName(path).StartsWith('.'))];

    // JPEG, PNG, WebP, grey, with alpha, of 16 bits; every eighth is cut off or no picture.
    private void MakeMixedFolder(int pictures, int side) => Python.Run(
        """
        import os, sys, numpy
        from PIL import Image
        folder, count, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        os.makedirs(folder)
        random = numpy.random.default_rng(3)
        for i in range(count):
            width, height = (int(n) for n in random.integers(side // 2, side, 2))
            mode, extension = [("RGB", "jpg"), ("RGB", "png"), ("L", "png"), ("RGBA", "png"), ("RGB", "webp"), ("I;16", "png"), ("L", "jpg")][i % 7]
            coarse = random.integers(0, 256, (height // 8 + 2, width // 8 + 2, 1 if mode in ("L", "I;16") else len(mode)), numpy.uint8)
            planes = [Image.fromarray(coarse[:, :, c]).resize((width, height), Image.Resampling.BICUBIC) for c in range(coarse.shape[2])]
            image = Image.fromarray(numpy.asarray(planes[0]).astype(numpy.uint16) * 257) if mode == "I;16" else Image.merge(mode, planes)
            path = os.path.join(folder, f"{'bad' if i % 8 == 3 else 'p'}{i:03}.{extension}")
            image.save(path)
            if i % 8 == 3:
                data = open(path, "rb").read()
                open(path, "wb").write(data[:len(data) // 3] if i % 16 == 3 else b"no picture")
        """, _here.PathOf("in"), $"{pictures}", $"{side}");

    // Until so many results are whole and another one is half-written.
    private void WaitForPart(ProgramRun run, int results)
    {
        var until = DateTime.UtcNow.AddMinutes(5);
        while (!Directory.Exists(_here.PathOf("out")) || Results().Count < results
               || !Directory.GetFiles(_here.PathOf("out"), ".*.part").Any(part => new FileInfo(part) is { Exists: true, Length: > 0 }))
        {
            Assert.True(run.IsRunning, "the run ended before it could be killed");
            Assert.True(DateTime.UtcNow < until, "what the test waits for has not come");
            Thread.Sleep(1);
        }
    }
}
