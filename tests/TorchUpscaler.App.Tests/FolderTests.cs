using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>Several pictures at once.</summary>
[Collection(ProgramTests.Name)]
public sealed class FolderTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2, ExitSomeFailed = 3;

    private readonly Workplace _here = new();

    [Fact]
    public void A_bad_picture_is_reported_and_the_rest_goes_on()
    {
        _here.Picture("a.png");
        _here.Text("b.png", "this is no picture");
        _here.Picture("c.jpg");
        _here.Text("notes.txt", "no picture, and none by its name");

        var result = Upscale(_here.Folder, "--json").ExitedWith(ExitSomeFailed);

        Assert.Equal(["a.png", "a_x4.png", "b.png", "c.jpg", "c_x4.jpg", "notes.txt"], _here.Files);
        var failure = Assert.Single(result.ErrorLines, line => line.StartsWith("torchupscaler: ", StringComparison.Ordinal));
        Assert.Contains("b.png", failure, StringComparison.Ordinal);
        Assert.Contains("not a picture", failure, StringComparison.Ordinal);
        Assert.Equal("2 done, 0 skipped, 1 failed", result.ErrorLines[^1]);
        Assert.Equal($"failed: {failure["torchupscaler: ".Length..]}", result.ErrorLines[^2]);
        var told = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["done", "failed", "done"], told.Select(picture => picture.GetProperty("status").GetString()));
        Assert.Equal([_here.PathOf("a.png"), _here.PathOf("b.png"), _here.PathOf("c.jpg")], told.Select(picture => picture.GetProperty("input").GetString()));
        Assert.Contains("not a picture", told[1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_run_skips_what_is_done_and_does_not_enlarge_results()
    {
        _here.Picture("a.png");
        _here.Picture("b.jpg");
        Upscale(_here.Folder).ExitedWith(ExitDone);
        var first = File.GetLastWriteTimeUtc(_here.PathOf("a_x4.png"));

        var second = Upscale(_here.Folder, "--json").ExitedWith(ExitDone);

        Assert.Equal(["a.png", "a_x4.png", "b.jpg", "b_x4.jpg"], _here.Files);
        Assert.Equal(first, File.GetLastWriteTimeUtc(_here.PathOf("a_x4.png")));
        Assert.Equal(2, second.ErrorLines.Count(line => line.Contains("skipped", StringComparison.Ordinal) && line.Contains("--force", StringComparison.Ordinal)));
        Assert.Equal("0 done, 2 skipped, 0 failed", second.ErrorLines[^1]);
        Assert.Equal($$"""{"status":"skipped","input":"{{_here.PathOf("a.png")}}","output":"{{_here.PathOf("a_x4.png")}}"}""", second.Output.Split('\n')[0]);
    }

    // The last one may as well be a picture of somebody's own: that it was not enlarged is said.
    [Fact]
    public void What_is_taken_for_results_of_earlier_runs_is_counted()
    {
        foreach (var name in new[] { "wall.jpg", "wall_x2.jpg", "wall_x3.33333.png", "wall_1920x1080.png" }) _here.Picture("in/" + name);

        var both = Upscale(_here.PathOf("in"), _here.PathOf("in/../in"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);
        Assert.Equal(["3 results of earlier runs left out", "1 done, 0 skipped, 0 failed"], both.ErrorLines[^2..]);

        var named = Upscale(_here.PathOf("in"), _here.PathOf("in/wall_1920x1080.png"), _here.PathOf("in/wall_x2.jpg"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);
        Assert.Equal(["1 result of an earlier run left out", "2 done, 1 skipped, 0 failed"], named.ErrorLines[^2..]);
    }

    [Fact]
    public void Scales_that_differ_have_names_that_do()
    {
        var picture = _here.Picture("photo.png");
        foreach (var scale in new[] { "3.3333", "3.33333" }) Upscale(picture, "-s", scale).ExitedWith(ExitDone);

        Assert.Equal(["photo.png", "photo_x3.3333.png", "photo_x3.33333.png"], _here.Files);
    }

    [Fact]
    public void By_force_results_are_made_anew()
    {
        _here.Picture("a.png");
        _here.Text("a_x4.png", "old");

        Upscale(_here.Folder, "--force").ExitedWith(ExitDone);

        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("a_x4.png")));
        Assert.Equal(["a.png", "a_x4.png"], _here.Files);
    }

    [Fact]
    public void Results_of_several_pictures_go_to_a_folder_that_is_made()
    {
        var result = Upscale(_here.Picture("in/a.png"), _here.Picture("b.jpg"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(["b.jpg", "in/a.png", "out/a_x4.png", "out/b_x4.jpg"], _here.Files);
        Assert.Equal("2 done, 0 skipped, 0 failed", result.ErrorLines[^1]);
    }

    [Fact]
    public void Two_pictures_that_would_share_a_result_have_one_each_and_a_second_run_finds_them()
    {
        _here.Picture("a.png");
        _here.Picture("a.jpg", 24, 16);
        _here.Picture("b.png");

        Upscale(_here.Folder, "-f", "png").ExitedWith(ExitDone);
        var second = Upscale(_here.Folder, "-f", "png").ExitedWith(ExitDone);

        Assert.Equal(["a.jpg", "a.jpg_x4.png", "a.png", "a.png_x4.png", "b.png", "b_x4.png"], _here.Files);
        Assert.Equal("PNG RGB 96 64", Python.Describe(_here.PathOf("a.jpg_x4.png")));
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("a.png_x4.png")));
        Assert.Equal("0 done, 3 skipped, 0 failed", second.ErrorLines[^1]);
    }

    [Fact]
    public void A_picture_that_comes_later_does_not_take_the_result_that_is_there_for_its_own()
    {
        _here.Picture("a.png");
        Upscale(_here.Folder, "-f", "png").ExitedWith(ExitDone);
        _here.Picture("a.jpg", 24, 16);

        Upscale(_here.Folder, "-f", "png").ExitedWith(ExitDone);

        Assert.Equal(["a.jpg", "a.jpg_x4.png", "a.png", "a.png_x4.png", "a_x4.png"], _here.Files);
        Assert.Equal("PNG RGB 96 64", Python.Describe(_here.PathOf("a.jpg_x4.png")));
    }

    [Fact]
    public void Pictures_of_one_name_from_several_folders_share_no_result()
    {
        _here.Picture("1/a.png");
        _here.Picture("2/a.png", 24, 16);

        for (var run = 0; run < 2; run++) Upscale(_here.PathOf("1"), _here.PathOf("2"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);
        var (first, second) = (MarkedResult("1/a.png"), MarkedResult("2/a.png"));
        Assert.Equal(((string[])["1/a.png", "2/a.png", first, second]).Order(StringComparer.Ordinal), _here.Files);
        Assert.Equal("PNG RGB 96 64", Python.Describe(_here.PathOf(second)));

        // One that comes later, before the others, takes none of theirs.
        _here.Picture("0/a.png", 28, 20);
        var third = Upscale(_here.PathOf("0"), _here.PathOf("1"), _here.PathOf("2"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);
        Assert.Equal("1 done, 2 skipped, 0 failed", third.ErrorLines[^1]);
        Assert.Equal("PNG RGB 112 80", Python.Describe(_here.PathOf(MarkedResult("0/a.png"))));
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf(first)));

        // In its picture's own folder such a result is known as one.
        File.Move(_here.PathOf(first), _here.PathOf("1/" + Path.GetFileName(first)));
        Assert.Equal("1 done, 0 skipped, 0 failed", Upscale(_here.PathOf("1"), "-f", "jpg").ExitedWith(ExitDone).ErrorLines[^1]);
    }

    [Theory]
    [InlineData("a.png", "b.png")]
    [InlineData("")]
    public void The_name_of_one_picture_for_several_is_refused(params string[] inputs)
    {
        foreach (var name in new[] { "a.png", "b.png" }) _here.Picture(name);

        Upscale([.. inputs.Select(_here.PathOf), "-o", _here.PathOf("one.png")]).ExitedWith(ExitRefused).SaidOneSentence("one.png is the name of one picture");
        Assert.Equal(["a.png", "b.png"], _here.Files);

        Upscale([.. inputs.Select(_here.PathOf), "-o", _here.PathOf("one.png/")]).ExitedWith(ExitDone);
        Assert.Equal(["a.png", "b.png", "one.png/a_x4.png", "one.png/b_x4.png"], _here.Files);
    }

    [Fact]
    public void Two_names_that_meet_only_when_the_pictures_are_opened_are_kept_apart_too()
    {
        _here.Picture("a.jpg", 24, 16);
        _here.Picture("made.png");
        File.Move(_here.PathOf("made.png"), _here.PathOf("a.webp")); // a PNG whatever its name says
        _here.Picture("a.png", 28, 20);

        Upscale(_here.Folder).ExitedWith(ExitDone);

        Assert.Equal(["a.jpg", "a.png", "a.webp", "a.webp_x4.png", "a_x4.jpg", "a_x4.png"], _here.Files);
        Assert.Equal("PNG RGB 112 80", Python.Describe(_here.PathOf("a_x4.png")));
    }

    [Fact]
    public void A_picture_given_twice_is_done_once()
    {
        var picture = _here.Picture("in/a.png");

        var result = Upscale(_here.PathOf("in"), picture, _here.PathOf("in/../in/a.png")).ExitedWith(ExitDone);

        Assert.Equal("1 done, 0 skipped, 0 failed", result.ErrorLines[^1]);
        Assert.Equal(["in/a.png", "in/a_x4.png"], _here.Files);
    }

    [Fact]
    public void Where_every_picture_is_refused_so_is_the_run()
    {
        _here.Text("a.png", "no picture");

        var result = Upscale(_here.Folder, _here.PathOf("missing.png")).ExitedWith(ExitRefused);

        Assert.Equal("0 done, 0 skipped, 2 failed", result.ErrorLines[^1]);
        Assert.Equal(["a.png"], _here.Files);
    }

    public void Dispose() => _here.Dispose();

    private string MarkedResult(string picture) =>
        $"out/a.png-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_here.PathOf(picture))))[..8]}_x4.png";

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", .. arguments, "--weights", models.Folder]);
}
