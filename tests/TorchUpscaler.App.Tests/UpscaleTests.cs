using System.Globalization;
using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>The program from file to file.</summary>
[Collection(ProgramTests.Name)]
public sealed class UpscaleTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("photo.png", "RGB", "photo_x4.png", "PNG RGB 80 48")]
    [InlineData("photo.jpeg", "RGB", "photo_x4.jpg", "JPEG RGB 80 48")]
    [InlineData("photo.webp", "RGB", "photo_x4.webp", "WEBP RGB 80 48")]
    [InlineData("photo.tif", "RGB", "photo_x4.tif", "TIFF RGB 80 48")]
    [InlineData("grey.png", "L", "grey_x4.png", "PNG L 80 48")]
    [InlineData("deep.png", "I;16", "deep_x4.png", "PNG I;16 80 48")]
    [InlineData("clear.png", "RGBA", "clear_x4.png", "PNG RGBA 80 48")]
    [InlineData("clear.png", "LA", "clear_x4.png", "PNG LA 80 48")]
    public void The_result_stands_beside_the_picture_and_is_of_its_kind(string name, string mode, string result, string kind)
    {
        Upscale(_here.Picture(name, mode: mode)).ExitedWith(ExitDone);

        Assert.Equal(new[] { name, result }.Order(StringComparer.Ordinal), _here.Files);
        Assert.Equal(kind, Python.Describe(_here.PathOf(result)));
    }

    [Theory]
    [InlineData("x4plus", 4, 47, 39)]
    [InlineData("x4plus", 4, 1, 1)]
    [InlineData("sber-x2", 2, 33, 20)]
    public void The_result_is_the_networks(string model, int scale, int width, int height)
    {
        var picture = _here.Picture("photo.png", width, height);

        Upscale(picture, "-s", $"{scale}", "-o", _here.PathOf("result.png")).ExitedWith(ExitDone);

        // The number of differing bytes and the largest difference, against PyTorch on the whole picture.
        var comparison = Python.Run(
            """
            import subprocess, sys, numpy
            from PIL import Image
            runner, weights, scale, picture, result = sys.argv[1:]
            pixels = numpy.asarray(Image.open(picture).convert("RGB")).astype(numpy.float32) / numpy.float32(255)
            pixels.tofile(picture + ".f32")
            height, width = pixels.shape[:2]
            subprocess.run([sys.executable, runner, "run", weights, "rrdb", scale, "3", "8", "1", "4",
                            picture + ".f32", str(height), str(width), result + ".f32"], check=True)
            expected = numpy.fromfile(result + ".f32", numpy.float32).reshape(height * int(scale), width * int(scale), 3)
            expected = (expected.clip(0, 1) * 255).round().astype(int)
            difference = abs(expected - numpy.asarray(Image.open(result)).astype(int))
            print(numpy.count_nonzero(difference), difference.max(), difference.size)
            """,
            Path.Combine(Repository.Root, "tests/oracle/run_network.py"), models.PathOf(model), $"{scale}", picture, _here.PathOf("result.png"));
        var numbers = comparison.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(numbers[1] <= 1, $"{model} on {width}×{height}: off by {numbers[1]} levels");
        Assert.True(numbers[0] <= Math.Max(2, numbers[2] * 0.0005), $"{model} on {width}×{height}: {numbers[0]} of {numbers[2]} bytes differ");
    }

    [Fact]
    public void Json_is_one_line_with_the_promised_keys()
    {
        var picture = _here.Picture("photo.png");

        var result = Upscale(picture, "--json").ExitedWith(ExitDone);

        using var json = JsonDocument.Parse(Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var report = json.RootElement;
        Assert.Equal(
            ["status", "input", "output", "width", "height", "model", "scale", "engine", "seconds", "peakMb"],
            report.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["decode", "inference", "encode", "total"],
            report.GetProperty("seconds").EnumerateObject().Select(property => property.Name));
        Assert.Equal("done", report.GetProperty("status").GetString());
        Assert.Equal(picture, report.GetProperty("input").GetString());
        Assert.Equal(_here.PathOf("photo_x4.png"), report.GetProperty("output").GetString());
        Assert.Equal(
            "80 48 x4plus 4 cpu",
            $"{report.GetProperty("width")} {report.GetProperty("height")} {report.GetProperty("model")} {report.GetProperty("scale")} {report.GetProperty("engine")}");
        var seconds = report.GetProperty("seconds").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble());
        Assert.InRange(seconds["decode"] + seconds["inference"] + seconds["encode"], 0, seconds["total"] + 0.002);
        Assert.InRange(report.GetProperty("peakMb").GetDouble(), 10, 2000);
    }

    [Fact]
    public void Without_json_nothing_goes_to_standard_output()
    {
        var result = Upscale(_here.Picture("photo.png")).ExitedWith(ExitDone);

        Assert.Empty(result.Output);
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Contains("20×12 to 80×48 with x4plus", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains("photo_x4.png: 80×48 in ", result.ErrorLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_output_may_be_a_file_a_folder_or_a_folder_to_be_made()
    {
        var picture = _here.Picture("photo.png");
        Directory.CreateDirectory(_here.PathOf("there"));

        Upscale(picture, "-o", _here.PathOf("big.jpg")).ExitedWith(ExitDone);
        Upscale(picture, "-o", _here.PathOf("there")).ExitedWith(ExitDone);
        Upscale(picture, "-o", _here.PathOf("made") + "/", "-f", "webp").ExitedWith(ExitDone);

        Assert.Equal(["big.jpg", "made/photo_x4.webp", "photo.png", "there/photo_x4.png"], _here.Files);
        Assert.Equal("JPEG RGB 80 48", Python.Describe(_here.PathOf("big.jpg")));
    }

    [Fact]
    public void The_quality_makes_lossy_results_smaller()
    {
        var picture = _here.Picture("photo.jpg", 64, 64);

        Upscale(picture, "-o", _here.PathOf("high.jpg"), "--quality", "95").ExitedWith(ExitDone);
        Upscale(picture, "-o", _here.PathOf("low.jpg"), "--quality", "30").ExitedWith(ExitDone);

        Assert.True(new FileInfo(_here.PathOf("low.jpg")).Length < new FileInfo(_here.PathOf("high.jpg")).Length / 2);
    }

    [Fact]
    public void An_existing_result_is_replaced_only_by_force()
    {
        var picture = _here.Picture("photo.png");
        var existing = _here.Text("photo_x4.png", "precious");

        Upscale(picture).ExitedWith(ExitRefused).SaidOneSentence(existing, "--force");
        Assert.Equal("precious", File.ReadAllText(existing));
        Upscale(picture, "--force").ExitedWith(ExitDone);

        Assert.Equal("PNG RGB 80 48", Python.Describe(existing));
        Assert.Equal(["photo.png", "photo_x4.png"], _here.Files);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_threads()
    {
        var picture = _here.Picture("photo.png", 70, 50);

        foreach (var threads in new[] { "1", "2", "3" })
            Upscale(picture, "--threads", threads, "-o", _here.PathOf(threads + ".png")).ExitedWith(ExitDone);

        Assert.Equal(File.ReadAllBytes(_here.PathOf("1.png")), File.ReadAllBytes(_here.PathOf("2.png")));
        Assert.Equal(File.ReadAllBytes(_here.PathOf("1.png")), File.ReadAllBytes(_here.PathOf("3.png")));
    }

    [Theory]
    [InlineData(null, "x4plus")]
    [InlineData("2", "sber-x2")]
    public void Without_a_model_the_best_installed_one_of_the_scale_is_taken(string? scale, string model)
    {
        string[] arguments = scale is null ? ["--json"] : ["--json", "-s", scale];

        var result = Upscale([_here.Picture("photo.png"), .. arguments]).ExitedWith(ExitDone);

        Assert.Contains($"\"model\":\"{model}\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_are_found_in_the_environments_folder_and_in_weights_under_the_working_directory()
    {
        var picture = _here.Picture("photo.png");
        Directory.CreateDirectory(_here.PathOf("weights"));
        File.Copy(models.PathOf("sber-x2"), _here.PathOf("weights/mine.safetensors"));
        var environment = new Dictionary<string, string?> { ["TORCHUPSCALER_WEIGHTS"] = models.Folder };

        ProgramRun.In(_here.Folder, environment, "upscale", picture, "-m", "x4plus").ExitedWith(ExitDone);
        ProgramRun.In(_here.Folder, null, "upscale", "photo.png", "-m", "mine").ExitedWith(ExitDone);
        ProgramRun.In(_here.Folder, null, "upscale", "photo.png", "-m", models.PathOf("x4plus"), "--force").ExitedWith(ExitDone);

        Assert.Equal(["photo.png", "photo_x2.png", "photo_x4.png", "weights/mine.safetensors"], _here.Files);
    }

    [Fact]
    public void A_model_for_grey_takes_grey_pictures_only()
    {
        Upscale(_here.Picture("grey.png", mode: "L"), "-m", "grey").ExitedWith(ExitDone);
        Upscale(_here.Picture("photo.png"), "-m", "grey").ExitedWith(ExitRefused).SaidOneSentence("photo.png", "grey", "-m");

        Assert.Equal("PNG L 80 48", Python.Describe(_here.PathOf("grey_x4.png")));
    }

    public void Dispose() => _here.Dispose();

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", .. arguments, "--weights", models.Folder]);
}
