using System.Diagnostics;
using System.Text.Json;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Tests;

/// <summary>Pictures from standard input and to standard output.</summary>
[Collection(ProgramTests.Name)]
public sealed class StandardStreamTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitFailed = 1, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("photo.png", null, "PNG RGB 80 48")]
    [InlineData("photo.jpg", null, "JPEG RGB 80 48")]
    [InlineData("photo.webp", "png", "PNG RGB 80 48")]
    [InlineData("photo.tif", null, "TIFF RGB 80 48")]
    public void From_input_to_output_goes_the_picture_and_nothing_else(string name, string? format, string kind)
    {
        var picture = _here.Picture(name);
        var before = TemporaryFolders();

        string[] arguments = format is null ? ["-", "-o", "-"] : ["-", "-o", "-", "-f", format];
        var result = Redirected($"< '{picture}' > '{_here.PathOf("result")}'", arguments).ExitedWith(ExitDone);

        Assert.Equal(kind, Python.Describe(_here.PathOf("result")));
        Assert.Equal(
            ["standard input: 20×12 to 80×48 with x4plus", "standard output: 80×48 in"],
            result.ErrorLines.Select(line => line.Split(" in ")[0] + (line.Contains(" in ", StringComparison.Ordinal) ? " in" : "")));
        var file = _here.PathOf("file." + kind.Split(' ')[0].ToLowerInvariant());
        Upscale(picture, "-o", file).ExitedWith(ExitDone);
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(_here.PathOf("result")));
        Assert.Equal(before, TemporaryFolders());
    }

    [Fact]
    public void Input_alone_or_output_alone()
    {
        var picture = _here.Picture("photo.png");

        var toFile = Redirected($"< '{picture}'", "-", "-o", _here.PathOf("big.jpg"), "--json").ExitedWith(ExitDone);
        Redirected($"> '{_here.PathOf("result")}'", picture, "-o", "-").ExitedWith(ExitDone);

        Assert.Equal("JPEG RGB 80 48", Python.Describe(_here.PathOf("big.jpg")));
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("result")));
        Assert.Equal("-", JsonDocument.Parse(toFile.Output).RootElement.GetProperty("input").GetString());
        Assert.Equal(["big.jpg", "photo.png", "result"], _here.Files);
    }

    [Fact]
    public void What_comes_in_must_be_a_picture()
    {
        var text = _here.Text("letter", "Dear reader, this is no picture at all.");

        Redirected($"< '{text}'", "-", "-o", "-").ExitedWith(ExitRefused).SaidOneSentence("standard input is not a picture", "PNG");
        Redirected("< /dev/null", "-", "-o", "-").ExitedWith(ExitRefused).SaidOneSentence("standard input is empty");
        Redirected("< /", "-", "-o", "-").ExitedWith(ExitFailed).SaidOneSentence("standard input cannot be read");
    }

    [Fact]
    public void A_closed_input_is_not_waited_for() =>
        Redirected("<&-", "-", "-o", _here.PathOf("result.png")).ExitedWith(ExitRefused).SaidOneSentence("standard input is closed");

    [Fact]
    public void A_program_that_stops_reading_the_picture_makes_it_a_failure()
    {
        var picture = _here.PathOf("noise.png");
        Python.Run("import os, sys; from PIL import Image; Image.frombytes('RGB', (150, 150), os.urandom(67500)).save(sys.argv[1])", picture);
        var pipe = MakePipe();
        using var reader = Process.Start("/bin/sh", ["-c", $"head -c 100 '{pipe}' > '{_here.PathOf("head")}'"]);

        var result = Redirected($"> '{pipe}'", picture, "-o", "-").ExitedWith(ExitFailed);

        Assert.Equal("torchupscaler: the picture cannot be written to standard output: Broken pipe", result.ErrorLines[^1]);
        reader.WaitForExit();
        Assert.Equal(100, new FileInfo(_here.PathOf("head")).Length);
    }

    [Fact]
    public void Pipes_and_devices_are_neither_read_as_pictures_nor_replaced_by_results()
    {
        var (pipe, picture) = (MakePipe(), _here.Picture("photo.png"));

        foreach (var special in new[] { pipe, "/dev/zero" })
            Upscale(special, "-o", _here.PathOf("result.png")).ExitedWith(ExitRefused).SaidOneSentence($"{special} is no regular file; give a file, or - for standard input");
        Upscale(picture, "-o", pipe, "-f", "png", "--force").ExitedWith(ExitRefused).SaidOneSentence("pipe is no regular file");
        _here.Link("null", "/dev/null");
        Upscale(picture, "-o", _here.PathOf("null"), "-f", "png", "--force").ExitedWith(ExitRefused).SaidOneSentence("null is no regular file");
        Assert.True(SpecialFile.IsAt(pipe) && SpecialFile.IsAt("/dev/null"));
        Assert.False(SpecialFile.IsAt(picture) || SpecialFile.IsAt(_here.Folder) || SpecialFile.IsAt(_here.PathOf("result.png")));
    }

    [Fact]
    public void An_output_that_takes_no_picture_is_a_failure() =>
        Redirected("> /dev/full", _here.Picture("photo.png"), "-o", "-").ExitedWith(ExitFailed);

    [Theory]
    [InlineData("-o names", "-", "-o", "")]
    [InlineData("-o -", "-")]
    [InlineData("give it alone", "-", "photo.png", "-o", "out")]
    [InlineData("standard output takes one picture", "photo.png", "other.png", "-o", "-")]
    [InlineData("--json", "photo.png", "-o", "-", "--json")]
    [InlineData("let -o name a file", "-", "-o", "folder/")]
    [InlineData("-f", "-", "-o", "result")]
    public void What_makes_no_sense_is_refused(string said, params string[] arguments)
    {
        var picture = _here.Picture("photo.png");
        _here.Picture("other.png");

        ProgramRun.RedirectedIn(_here.Folder, $"< '{picture}'", ["upscale", "--weights", models.Folder, .. arguments])
            .ExitedWith(ExitRefused).SaidOneSentence(said);
        Assert.Equal(["other.png", "photo.png"], _here.Files);
    }

    [Fact]
    public void A_file_of_that_name_is_given_with_its_folder()
    {
        _here.Picture("made.png");
        File.Move(_here.PathOf("made.png"), _here.PathOf("-"));

        ProgramRun.In(_here.Folder, null, "upscale", "./-", "--weights", models.Folder).ExitedWith(ExitDone);

        Assert.Equal(["-", "-_x4.png"], _here.Files);
    }

    public void Dispose() => _here.Dispose();

    // Those of this class's programs are a picture's: other tests' folders come and go meanwhile.
    private static string[] TemporaryFolders() =>
        [.. Directory.GetDirectories(Path.GetTempPath(), "torchupscaler-*").Where(folder => File.Exists(Path.Combine(folder, "input"))).Order()];

    private string MakePipe()
    {
        using var make = Process.Start("mkfifo", [_here.PathOf("pipe")]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
        return _here.PathOf("pipe");
    }

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", "--weights", models.Folder, .. arguments]);

    private ProgramResult Redirected(string redirection, params string[] arguments) =>
        ProgramRun.Redirected(redirection, ["upscale", "--weights", models.Folder, .. arguments]);
}
