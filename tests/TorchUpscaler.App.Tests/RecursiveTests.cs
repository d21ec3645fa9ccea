namespace TorchUpscaler.App.Tests;

/// <summary>Folders within folders.</summary>
[Collection(ProgramTests.Name)]
public sealed class RecursiveTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2, ExitSomeFailed = 3;

    private readonly Workplace _here = new();

    [Fact]
    public void Results_keep_the_folders_in_the_folder_of_o()
    {
        MakeTree();

        var result = Upscale(_here.PathOf("in"), "--recursive", "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(["out/2024/a_x4.png", "out/2024/deep/c_x4.jpg", "out/a_x4.png", "out/b_x4.png"], Results("out"));
        Assert.Equal("4 done, 0 skipped, 0 failed", result.ErrorLines[^1]);
    }

    [Fact]
    public void Without_o_they_stand_beside_the_pictures_and_a_second_run_finds_them()
    {
        MakeTree();

        Upscale(_here.PathOf("in"), "-r").ExitedWith(ExitDone);
        var second = Upscale(_here.PathOf("in"), "-r").ExitedWith(ExitDone);

        Assert.Equal("0 done, 4 skipped, 0 failed", second.ErrorLines[^1]);
        Assert.Equal(["in/2024/a_x4.png", "in/2024/deep/c_x4.jpg", "in/a_x4.png", "in/b_x4.png"], Results("in"));
    }

    [Fact]
    public void Without_the_option_only_the_folder_itself_is_looked_into()
    {
        MakeTree();

        Upscale(_here.PathOf("in"), "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(["out/a_x4.png", "out/b_x4.png"], Results("out"));
        Upscale(_here.PathOf("in/2024/empty")).ExitedWith(ExitRefused).SaidOneSentence("no pictures", "--recursive");
    }

    // Whether the results lie in the folder that is given now, or lie in one of an earlier run.
    [Theory]
    [InlineData("large")]
    [InlineData("2024/large")]
    public void Results_in_a_folder_within_are_no_pictures(string results)
    {
        MakeTree();
        string[] expected = [$"in/{results}/2024/a_x4.png", $"in/{results}/2024/deep/c_x4.jpg", $"in/{results}/a_x4.png", $"in/{results}/b_x4.png"];

        Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("in/" + results)).ExitedWith(ExitDone);
        var again = Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("in/" + results)).ExitedWith(ExitDone);
        var elsewhere = Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(expected, Results("in"));
        Assert.Equal("0 done, 4 skipped, 0 failed", again.ErrorLines[^1]);
        Assert.Equal("4 done, 0 skipped, 0 failed", elsewhere.ErrorLines[^1]);
    }

    [Fact]
    public void A_result_without_its_picture_is_a_picture()
    {
        _here.Picture("in/lone_x4.png");
        _here.Picture("in/deep/other_x4.png");

        Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(["out/deep/other_x4_x4.png", "out/lone_x4_x4.png"], Results("out"));
    }

    [Fact]
    public void Links_that_lead_in_circles_do_no_harm()
    {
        MakeTree();
        _here.Link("in/2024/up", "..");
        _here.Link("in/2024/deep/self", ".");
        _here.Link("in/again", "2024");
        _here.Link("in/nowhere", "gone");
        _here.Link("in/two", "2024/deep/three");
        _here.Link("in/2024/deep/three", "../../two");

        var result = Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal("4 done, 0 skipped, 0 failed", result.ErrorLines[^1]);
        Assert.Equal(["out/2024/a_x4.png", "out/2024/deep/c_x4.jpg", "out/a_x4.png", "out/b_x4.png"], Results("out"));
    }

    [Fact]
    public void A_link_to_a_folder_elsewhere_is_followed()
    {
        _here.Picture("elsewhere/a.png");
        _here.Picture("in/b.png");
        _here.Link("in/linked", "../elsewhere");

        Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("out")).ExitedWith(ExitDone);

        Assert.Equal(["out/b_x4.png", "out/linked/a_x4.png"], Results("out"));
    }

    [Fact]
    public void A_bad_picture_deep_inside_is_named_in_the_end()
    {
        MakeTree();
        _here.Text("in/2024/deep/bad.png", "no picture");

        var result = Upscale(_here.PathOf("in"), "-r", "-o", _here.PathOf("out")).ExitedWith(ExitSomeFailed);

        Assert.StartsWith($"failed: '{_here.PathOf("in/2024/deep/bad.png")}' is not a picture", result.ErrorLines[^2], StringComparison.Ordinal);
        Assert.Equal("4 done, 0 skipped, 1 failed", result.ErrorLines[^1]);
    }

    public void Dispose() => _here.Dispose();

    private void MakeTree()
    {
        foreach (var name in new[] { "in/a.png", "in/b.png", "in/2024/a.png", "in/2024/deep/c.jpg" }) _here.Picture(name);
        Directory.CreateDirectory(_here.PathOf("in/2024/empty"));
        _here.Text("in/2024/notes.txt", "no picture, and none by its name");
    }

    private string[] Results(string folder) =>
    [
        .. Directory.GetFiles(_here.PathOf(folder), "*_x4.*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_here.Folder, file)).Order(StringComparer.Ordinal),
    ];

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", .. arguments, "--weights", models.Folder]);
}
