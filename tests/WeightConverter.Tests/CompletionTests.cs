using System.Diagnostics;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("weights p", "pull")]
    [InlineData("weights pull x4", "x4fast x4plus")]
    [InlineData("weights pull x4plus anime", "anime-6b animevideov3")]
    [InlineData("weights pull --we", "--weights")]
    [InlineData("weights verify --", "--help --json")]
    [InlineData("weights verify --json ", "")] // bash offers files, not True and False
    [InlineData("weights completion ", "bash zsh")]
    [InlineData("weights inspect RealESRGAN_", "")]
    [InlineData("./weights pull sber-x8", "sber-x8")]
    public void Bash_completes_commands_options_and_models(string typed, string found)
    {
        const string ask = """
            source ./completion.sh
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "$1"
            [[ $1 == *' ' ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _weights
            echo "${COMPREPLY[@]}"
            """;
        WriteProgramAndScript("bash");
        Assert.Equal(found, Shell("bash", ask, typed));
    }

    [Fact]
    public void The_script_of_bash_serves_the_command_under_any_path()
    {
        WriteProgramAndScript("bash");
        Assert.Equal("complete -o default -F _weights weights", Shell("bash", "source ./completion.sh; complete -p weights", ""));
    }

    [Fact]
    public async Task Another_shell_is_refused()
    {
        var (code, _, errors) = await ToolProcess.Run(null, "completion", "fish");
        Assert.Equal(2, code);
        Assert.Equal($"error: there is no completion for the shell 'fish'; name bash or zsh{Environment.NewLine}", errors);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The program as a command of the folder, and its script of completion beside it.</summary>
    private void WriteProgramAndScript(string shell)
    {
        FakeNpm.Write(_folder["weights"], $"exec '{Environment.ProcessPath}' '{ToolProcess.Assembly}' \"$@\"");
        Shell("bash", $"weights completion {shell} > completion.sh", "");
    }

    private string Shell(string shell, string script, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, ["-c", script, shell, argument])
        {
            WorkingDirectory = _folder.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = $"{_folder.Root}:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors.Result);
        return output.TrimEnd('\n');
    }
}
