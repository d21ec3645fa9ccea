using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>Scales that no model has by itself, and large pictures.</summary>
[Collection(ProgramTests.Name)]
public sealed class ChainTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0;

    private readonly Workplace _here = new();

    // The first result is kept in 16 bits, as what stands between two networks is.
    [Theory]
    [InlineData("RGB")]
    [InlineData("L")]
    public void A_chain_gives_what_two_runs_give(string mode)
    {
        var picture = _here.Picture("photo.png", 37, 21, mode);
        var deep = Deepened(picture);

        var chain = Upscale(deep, "-s", "8", "-o", _here.PathOf("chain.png"), "--json").ExitedWith(ExitDone);
        Upscale(deep, "-m", "x4plus", "-o", _here.PathOf("first.png")).ExitedWith(ExitDone);
        Upscale(_here.PathOf("first.png"), "-m", "sber-x2", "-o", _here.PathOf("second.png")).ExitedWith(ExitDone);

        var report = JsonDocument.Parse(chain.Output).RootElement;
        Assert.Equal("x4plus+sber-x2 8", $"{report.GetProperty("model")} {report.GetProperty("scale")}");
        Assert.Equal("×8 is reached by x4plus, then sber-x2", report.GetProperty("note").GetString());
        Assert.Contains("×8 is reached by x4plus, then sber-x2", chain.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_here.PathOf("second.png")), File.ReadAllBytes(_here.PathOf("chain.png")));
    }

    // Against PyTorch and Pillow: each network on the whole picture, 16 bits between them, Lanczos down in linear light.
    [Theory]
    [InlineData("-s", "2", "-m", "x4plus")]
    [InlineData("-s", "3")]
    [InlineData("-s", "6", "-m", "sber-x2")]
    [InlineData("-s", "3.5")]
    [InlineData("-s", "1", "-m", "x4plus")]
    [InlineData("-s", "4.3", "-m", "x4plus")]
    public void A_chain_and_its_reduction_are_the_networks_and_Pillows(params string[] arguments)
    {
        var picture = _here.Picture("photo.png", 29, 22);

        Upscale([picture, "-o", _here.PathOf("result.png"), .. arguments]).ExitedWith(ExitDone);

        var networks = arguments.Contains("sber-x2") ? "2 2 2" : "4";
        var said = Python.Run(
            """
            import subprocess, sys, numpy
            from PIL import Image
            runner, folder, networks, scale, picture, result = sys.argv[1:]
            pixels = numpy.asarray(Image.open(picture).convert("RGB")).astype(numpy.float32) / numpy.float32(255)
            size = tuple(int(side * float(scale) + 0.5) for side in pixels.shape[1::-1])
            for number, network in enumerate(networks.split()):
                if number: pixels = (pixels.clip(0, 1) * 65535).round().astype(numpy.float32) / numpy.float32(65535)
                pixels.tofile(picture + ".f32")
                height, width = pixels.shape[:2]
                weights = folder + {"4": "/x4plus", "2": "/sber-x2"}[network] + ".safetensors"
                subprocess.run([sys.executable, runner, "run", weights, "rrdb", network, "3", "8", "1", "4",
                                picture + ".f32", str(height), str(width), result + ".f32"], check=True)
                pixels = numpy.fromfile(result + ".f32", numpy.float32).reshape(height * int(network), width * int(network), 3)
            pixels = pixels.clip(0, 1)
            resized = lambda a: numpy.stack([numpy.asarray(Image.fromarray(a[:, :, c].copy()).resize(size, Image.Resampling.LANCZOS)) for c in range(3)], 2)
            light = resized(numpy.where(pixels <= 0.04045, pixels / 12.92, ((pixels.astype(float) + 0.055) / 1.055) ** 2.4).astype(numpy.float32)).clip(0, 1)
            light = numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light.astype(float) ** (1 / 2.4) - 0.055)
            # Where it is darker than all that is near, it is no darker than stored samples make it.
            def darkest(a, to):
                near = lambda i: [k for k in range(len(a)) if abs(k + 0.5 - (i + 0.5) * len(a) / to) < max(1, len(a) / to) - 1e-9]
                return numpy.stack([a[near(i)].min(axis=0) for i in range(to)])
            low = darkest(darkest(pixels, size[1]).transpose(1, 0, 2), size[0]).transpose(1, 0, 2)
            expected = (numpy.maximum(light, numpy.minimum(resized(pixels), low)).clip(0, 1) * 255).round().astype(int)
            difference = abs(expected - numpy.asarray(Image.open(result)).astype(int))
            print(numpy.count_nonzero(difference), difference.max(), difference.size)
            """,
            Path.Combine(Repository.Root, "tests/oracle/run_network.py"), models.Folder, networks, arguments[1], picture, _here.PathOf("result.png"))
            .Split(' ').Select(long.Parse).ToArray();
        Assert.True(said[1] <= 1, $"{string.Join(' ', arguments)}: off by {said[1]} levels");
        Assert.True(said[0] <= Math.Max(2, said[2] * 0.0005), $"{string.Join(' ', arguments)}: {said[0]} of {said[2]} bytes differ");
    }

    [Theory]
    [InlineData("RGBA")]
    [InlineData("LA")]
    public void Alpha_goes_with_a_chain_and_with_a_reduction(string mode)
    {
        var picture = _here.Picture("clear.png", mode: mode);

        Upscale(picture, "-s", "8").ExitedWith(ExitDone);
        Upscale(picture, "-s", "3").ExitedWith(ExitDone);

        Assert.Equal($"PNG {mode} 160 96", Python.Describe(_here.PathOf("clear_x8.png")));
        Assert.Equal($"PNG {mode} 60 36", Python.Describe(_here.PathOf("clear_x3.png")));
    }

    [Fact]
    public void A_large_picture_is_made_with_the_fast_model_unless_another_is_asked_for()
    {
        var picture = _here.Picture("photo.png", 100, 60);

        var fast = Upscale(picture, "--fast-above", "0.0059", "--json").ExitedWith(ExitDone);
        var usual = Upscale(picture, "--fast-above", "0.006", "--force", "--json").ExitedWith(ExitDone);
        var asked = Upscale(picture, "--fast-above", "0.001", "-m", "x4plus", "--force", "--json").ExitedWith(ExitDone);
        var never = Upscale(picture, "--fast-above", "0", "--force", "--json").ExitedWith(ExitDone);

        Assert.Contains("\"model\":\"x4fast\"", fast.Output, StringComparison.Ordinal);
        Assert.Contains("made with x4fast because the picture is large", fast.ErrorLines[0], StringComparison.Ordinal);
        Assert.All([usual, asked, never], run => Assert.Contains("\"model\":\"x4plus\"", run.Output, StringComparison.Ordinal));
        Assert.All([usual, asked, never], run => Assert.DoesNotContain("note", run.Output, StringComparison.Ordinal));
    }

    public void Dispose() => _here.Dispose();

    // The same pixels in 16 bits, so that the results are too.
    private string Deepened(string picture)
    {
        var deep = _here.PathOf("deep.png");
        Python.Run(
            """
            import sys, zlib, struct, numpy
            from PIL import Image
            pixels = numpy.asarray(Image.open(sys.argv[1])).astype(">u2") * 257
            height, width = pixels.shape[:2]
            rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
            chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            colour = 2 if pixels.ndim == 3 else 0
            open(sys.argv[2], "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0))
                                          + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
            """, picture, deep);
        return deep;
    }

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", .. arguments, "--weights", models.Folder]);
}
