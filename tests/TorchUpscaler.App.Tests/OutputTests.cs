using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>What goes to standard output and standard error, where it cannot go there, and what may not go there.</summary>
[Collection(ProgramTests.Name)]
public sealed class OutputTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitFailed = 1, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("2>/dev/full")]
    [InlineData("2</dev/null")]
    public void Without_a_place_for_its_words_the_program_works_all_the_same(string redirection)
    {
        Redirected(redirection, _here.Picture("photo.png")).ExitedWith(ExitDone);
        Redirected(redirection, _here.PathOf("gone.png")).ExitedWith(ExitRefused);
        Redirected(redirection, "--fast").ExitedWith(ExitRefused);

        Assert.Equal(["photo.png", "photo_x4.png"], _here.Files);
    }

    [Fact]
    public void A_report_that_cannot_be_written_ends_the_run_and_does_not_call_the_picture_failed()
    {
        _here.Picture("a.png");
        _here.Picture("b.png");

        var result = Redirected(">/dev/full", _here.Folder, "--json").ExitedWith(ExitFailed);

        Assert.Equal(
            "torchupscaler: the report cannot be written to standard output: No space left on device",
            Assert.Single(result.ErrorLines, line => line.StartsWith("torchupscaler: ", StringComparison.Ordinal)));
        Assert.Equal(["a.png", "a_x4.png", "b.png"], _here.Files);
    }

    [Theory]
    [InlineData(">/dev/full", "No space left on device")]
    [InlineData("1</dev/null", "Bad file descriptor")]
    public void Help_that_cannot_be_written_is_a_failure(string redirection, string reason) =>
        Redirected(redirection, "--help").ExitedWith(ExitFailed)
            .SaidOneSentence($"the help cannot be written to standard output: {reason}");

    [Theory]
    [InlineData("evil\e[31m\u009b2Jred\n.png")]
    [InlineData("-evil\e]0;title\a.png")]
    public void A_name_cannot_steer_the_terminal_and_stays_itself_in_json(string name)
    {
        var picture = _here.Picture(name);

        var done = ProgramRun.In(_here.Folder, null, "upscale", name, "--json", "--weights", models.Folder).ExitedWith(ExitDone);
        var existing = ProgramRun.In(_here.Folder, null, "upscale", name, "--weights", models.Folder).ExitedWith(ExitRefused);
        File.WriteAllText(picture, "no picture");
        var damaged = ProgramRun.In(_here.Folder, null, "upscale", name, "--force", "--weights", models.Folder).ExitedWith(ExitRefused);
        File.Delete(picture);
        var missing = ProgramRun.In(_here.Folder, null, "upscale", name, "--weights", models.Folder).ExitedWith(ExitRefused);

        foreach (var said in new[] { done, existing, damaged, missing })
            Assert.DoesNotContain(said.Errors.Replace("\n", "", StringComparison.Ordinal), letter => char.IsControl(letter));
        existing.SaidOneSentence("--force");
        damaged.SaidOneSentence("not a picture");
        Assert.DoesNotContain(".png: ", damaged.Errors, StringComparison.Ordinal); // the message names it already
        Assert.Equal(name, JsonDocument.Parse(done.Output).RootElement.GetProperty("input").GetString());
    }

    public void Dispose() => _here.Dispose();

    private ProgramResult Redirected(string redirection, params string[] arguments) =>
        ProgramRun.Redirected(redirection, ["upscale", "--weights", models.Folder, .. arguments]);
}
