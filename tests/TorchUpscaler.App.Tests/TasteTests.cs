using System.Globalization;
using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>Sizes, and what is made of the network's result, from file to file.</summary>
[Collection(ProgramTests.Name)]
public sealed class TasteTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("photo_x3.5.png", 70, 42, "x4plus", 3.5, "-s", "3.5")]
    [InlineData("photo_x1.png", 20, 12, "sber-x2", 1, "-s", "1")]
    [InlineData("photo_50x30.png", 50, 30, "x4plus", 2.5, "--width", "50")]
    [InlineData("photo_167x100.png", 167, 100, "x4plus+sber-x2", 8.3333, "--height", "100")]
    [InlineData("photo_60x36.png", 60, 36, "x4plus", 3, "--fit", "60x60")]
    [InlineData("photo_10x6.png", 10, 6, "lanczos", 0.5, "--width", "10")]
    public void A_result_has_the_size_that_was_asked_for_in_its_pixels_and_its_name(
        string name, int width, int height, string model, double scale, params string[] size)
    {
        var result = Upscale([_here.Picture("photo.png"), "--json", .. size]).ExitedWith(ExitDone);

        Assert.Equal($"PNG RGB {width} {height}", Python.Describe(_here.PathOf(name)));
        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal($"{width} {height}", $"{report.GetProperty("width")} {report.GetProperty("height")}");
        Assert.Equal((model, scale), (report.GetProperty("model").GetString(), report.GetProperty("scale").GetDouble()));
    }

    [Fact]
    public void A_folder_is_gone_through_once_whatever_size_was_asked_for()
    {
        _here.Picture("a/photo.png");
        string[][] sizes = [["-s", "3.5"], ["--fit", "50x50"], []];
        foreach (var size in sizes) Upscale([_here.PathOf("a"), .. size]).ExitedWith(ExitDone);

        foreach (var size in sizes)
            Assert.Contains("0 done, 1 skipped, 0 failed", Upscale([_here.PathOf("a"), .. size]).ExitedWith(ExitDone).Errors, StringComparison.Ordinal);

        Assert.Equal(["a/photo.png", "a/photo_50x30.png", "a/photo_x3.5.png", "a/photo_x4.png"], _here.Files);
    }

    [Fact]
    public void A_smaller_size_than_the_pictures_is_made_without_a_network_and_that_is_said()
    {
        var result = Upscale(_here.Picture("photo.png", 60, 40), "--fit", "30x30", "--json").ExitedWith(ExitDone);

        Assert.Contains("60×40 to 30×20 with lanczos (the result is smaller than the picture, which Lanczos reduces without a network)", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains("\"model\":\"lanczos\",\"scale\":0.5,", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("photo_30x20.png", "--width", "30")]
    [InlineData("photo_30x20.png", "--height", "20")]
    [InlineData("photo_30x20.png", "--fit", "30x30")]
    public void A_smaller_size_needs_no_model_and_a_larger_one_does(string name, params string[] size)
    {
        var empty = Directory.CreateDirectory(_here.PathOf("empty")).FullName;
        ProgramResult Bare(string picture) => ProgramRun.In(empty, null, ["upscale", picture, .. size, "--weights", empty]);

        Bare(_here.Picture("photo.png", 60, 40)).ExitedWith(ExitDone);
        Bare(_here.Picture("small.png", 15, 10)).ExitedWith(ExitRefused).SaidOneSentence("no model is installed");

        Assert.Equal(["photo.png", name, "small.png"], _here.Files);
    }

    [Fact]
    public void What_is_asked_for_by_default_is_the_networks_result_to_the_byte()
    {
        foreach (var mode in new[] { "RGB", "L", "RGBA" })
        {
            var picture = _here.Picture($"{mode}.png", 31, 23, mode);
            Upscale(picture, "-o", _here.PathOf("plain.png"), "--force").ExitedWith(ExitDone);
            Upscale(picture, "-o", _here.PathOf("asked.png"), "--force", "-s", "4", "--strength", "1", "--alpha", "network").ExitedWith(ExitDone);

            Assert.Equal(File.ReadAllBytes(_here.PathOf("plain.png")), File.ReadAllBytes(_here.PathOf("asked.png")));
        }
    }

    [Fact]
    public void A_strength_in_between_lies_between_and_nothing_needs_no_model()
    {
        var picture = _here.Picture("photo.png", 33, 27);
        foreach (var strength in new[] { "1", "0.4" }) Upscale(picture, "--strength", strength, "-o", _here.PathOf($"{strength}.png")).ExitedWith(ExitDone);
        var empty = Directory.CreateDirectory(_here.PathOf("empty")).FullName;
        ProgramRun.In(empty, null, "upscale", picture, "--strength", "0", "--weights", empty, "-o", _here.PathOf("0.png")).ExitedWith(ExitDone);

        Python.Run(
            """
            import sys, numpy
            from PIL import Image
            nothing, some, all = [numpy.asarray(Image.open(path)).astype(float) for path in sys.argv[1:]]
            assert abs(nothing - all).max() > 10
            error = abs(some - (0.6 * nothing + 0.4 * all))
            assert error.max() <= 1.0, error.max()
            """, _here.PathOf("0.png"), _here.PathOf("0.4.png"), _here.PathOf("1.png"));
    }

    // PyTorch with the weights mixed by numpy; 1 is the denoising model itself, as in the public Real-ESRGAN program.
    [Theory]
    [InlineData("0")]
    [InlineData("0.35")]
    [InlineData("1")]
    public void Noise_is_set_by_mixing_weights(string denoise)
    {
        var picture = _here.Picture("photo.png", 29, 22);

        var result = Upscale(picture, "--denoise", denoise, "-o", _here.PathOf("result.png"), "--json").ExitedWith(ExitDone);

        var said = Python.Run(
            """
            import subprocess, sys, numpy
            from PIL import Image
            runner, first, second, share, picture, result = sys.argv[1:]
            a, b = open(first, "rb").read(), open(second, "rb").read()
            start = 8 + int.from_bytes(a[:8], "little")
            assert a[:start] == b[:start]
            mixed = float(share) * numpy.frombuffer(a[start:], numpy.float32) + (1 - float(share)) * numpy.frombuffer(b[start:], numpy.float32)
            open(picture + ".mixed", "wb").write(a[:start] + mixed.astype(numpy.float32).tobytes())
            pixels = numpy.asarray(Image.open(picture).convert("RGB")).astype(numpy.float32) / numpy.float32(255)
            pixels.tofile(picture + ".f32")
            height, width = pixels.shape[:2]
            subprocess.run([sys.executable, runner, "run", picture + ".mixed", "compact", "4", "3", "8", "1", "4",
                            picture + ".f32", str(height), str(width), result + ".f32"], check=True)
            expected = numpy.fromfile(result + ".f32", numpy.float32).reshape(height * 4, width * 4, 3)
            difference = abs((expected.clip(0, 1) * 255).round().astype(int) - numpy.asarray(Image.open(result)).astype(int))
            print(numpy.count_nonzero(difference), difference.max(), difference.size)
            """,
            Path.Combine(Repository.Root, "tests/oracle/run_network.py"), models.PathOf("general-x4v3"), models.PathOf("general-wdn-x4v3"), denoise, picture, _here.PathOf("result.png"))
            .Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(said[1] <= 1, $"denoise {denoise}: off by {said[1]} levels");
        Assert.True(said[0] <= Math.Max(2, said[2] * 0.0005), $"denoise {denoise}: {said[0]} of {said[2]} bytes differ");
        Assert.Contains($"\"denoise\":{denoise},", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_colour_fix_takes_a_networks_tint_away()
    {
        var picture = _here.Picture("photo.png", 60, 45);
        Upscale(picture, "-o", _here.PathOf("plain.png")).ExitedWith(ExitDone);
        Upscale(picture, "--color-fix", "-o", _here.PathOf("fixed.png")).ExitedWith(ExitDone);

        Python.Run(
            """
            import sys, numpy
            from PIL import Image, ImageFilter
            picture, plain, fixed = [Image.open(path) for path in sys.argv[1:]]
            soft = lambda image: numpy.asarray(image.resize(picture.size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(6))).astype(float)
            before, after = abs(soft(plain) - soft(picture)).mean(), abs(soft(fixed) - soft(picture)).mean()
            assert before > 5 and after < before / 5, (before, after) # the tiny network is far off
            """, picture, _here.PathOf("plain.png"), _here.PathOf("fixed.png"));
    }

    // A flat colour on a transparent ground of other colours, against the opaque picture of that colour, on several grounds.
    [Theory]
    [InlineData("network", "-s", "4")]
    [InlineData("lanczos", "-s", "4")]
    [InlineData("network", "-s", "3")]
    [InlineData("network", "-s", "4", "--strength", "0.5", "--color-fix")]
    public void Colours_under_transparent_pixels_leave_no_fringe(string alpha, params string[] more)
    {
        Python.Run(
            """
            import sys, numpy
            from PIL import Image
            y, x = numpy.mgrid[:40, :56]
            shape = (255 * (13.5 - numpy.hypot(x - 27, y - 19)).clip(0, 1)).astype(numpy.uint8)
            pixels = numpy.random.default_rng(4).integers(0, 256, (40, 56, 4), numpy.uint8)
            pixels[shape > 0, :3] = (230, 120, 40)
            pixels[:, :, 3] = shape
            Image.fromarray(pixels).save(sys.argv[1] + "/clear.png")
            pixels[:, :, :3] = (230, 120, 40)
            Image.fromarray(pixels[:, :, :3].copy()).save(sys.argv[1] + "/opaque.png")
            """, _here.Folder);

        Upscale([_here.PathOf("clear.png"), "-o", _here.PathOf("clear_result.png"), "--alpha", alpha, .. more]).ExitedWith(ExitDone);
        Upscale([_here.PathOf("opaque.png"), "-o", _here.PathOf("opaque_result.png"), .. more]).ExitedWith(ExitDone);

        Python.Run(
            """
            import sys, numpy
            from PIL import Image
            clear, opaque = [numpy.asarray(Image.open(sys.argv[1] + name)).astype(float) for name in ("/clear_result.png", "/opaque_result.png")]
            share = clear[:, :, 3:] / 255
            assert share.min() == 0 and share.max() == 1 and 50 < ((share > 0.1) & (share < 0.9)).sum()
            for ground in ((0, 0, 0), (255, 255, 255), (0, 255, 0), (40, 120, 230)):
                seen = clear[:, :, :3] * share + numpy.array(ground) * (1 - share)
                wanted = opaque * share + numpy.array(ground) * (1 - share)
                assert abs(seen - wanted).max() < 1e-9, (ground, abs(seen - wanted).max())
            """, _here.Folder);
    }

    [Fact]
    public void Sixteen_bits_stay_sixteen_with_everything_on()
    {
        Upscale(_here.Picture("deep.png", 33, 21, "I;16"), "-s", "5.5", "--strength", "0.5", "--color-fix", "-o", _here.PathOf("result.png")).ExitedWith(ExitDone);

        Assert.Equal("PNG I;16 182 116", Python.Describe(_here.PathOf("result.png")));
        Assert.InRange(int.Parse(Python.Run(
            """
            import sys, numpy
            from PIL import Image
            print(len(numpy.unique(numpy.asarray(Image.open(sys.argv[1])))))
            """, _here.PathOf("result.png")), CultureInfo.InvariantCulture), 2000, 65536);
    }

    [Fact]
    public void The_report_tells_what_had_a_part_in_the_result_and_nothing_else()
    {
        var clear = _here.Picture("clear.png", mode: "RGBA");
        var photo = _here.Picture("photo.png");

        string Said(params string[] arguments) => Upscale([.. arguments, "--json", "--force"]).ExitedWith(ExitDone).Output;

        Assert.Contains("\"scale\":3.5,\"denoise\":0.5,\"colorFix\":true,\"strength\":0.7,\"alpha\":\"network\",\"engine\"",
            Said(clear, "-s", "3.5", "--denoise", "0.5", "--color-fix", "--strength", "0.7"), StringComparison.Ordinal);
        Assert.Contains("\"scale\":4,\"alpha\":\"lanczos\",\"engine\"", Said(clear, "--alpha", "lanczos"), StringComparison.Ordinal);
        Assert.Contains("\"model\":\"lanczos\",\"scale\":4,\"strength\":0,\"alpha\":\"lanczos\",\"engine\"", Said(clear, "--strength", "0", "--color-fix"), StringComparison.Ordinal);
        Assert.Contains("\"scale\":4,\"engine\"", Said(photo), StringComparison.Ordinal);
        Assert.Contains("\"model\":\"lanczos\",\"scale\":0.5,\"engine\"", Said(photo, "--fit", "10x10", "--strength", "0.6"), StringComparison.Ordinal);
        Assert.Contains("20×12 to 10×6 with lanczos (", Upscale(photo, "--fit", "10x10", "--strength", "0.6", "--force").ExitedWith(ExitDone).Errors, StringComparison.Ordinal);
        Assert.Contains("20×12 to 70×42 with x4plus, colours fixed, strength 0.7 (",
            Upscale(photo, "-s", "3.5", "--color-fix", "--strength", "0.7").ExitedWith(ExitDone).Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _here.Dispose();

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", .. arguments, "--weights", models.Folder]);
}
