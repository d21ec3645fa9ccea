using System.Diagnostics;
using System.Runtime.Versioning;

namespace TorchUpscaler.Benchmarks.Tests;

/// <summary>
/// <c>tools/bench</c> in a small repository of its own, with stand-ins for all that it starts: what is installed, what is told
/// to the driver, and what happens where a peer is not to be had.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class BenchScriptTests : IDisposable
{
    // The driver refuses --nonsense; it ends with $DRIVER. All calls go into a log.
    private const string Dotnet = """
        #!/bin/bash
        echo "dotnet $*" >> calls.log
        [[ "$*" == *"peers --plan"*--nonsense* ]] && { echo "bench: the bench does not know it" >&2; exit 2; }
        [[ "$*" == *"peers --plan"* ]] && { echo onnx-256; exit 0; }
        [[ "$*" == *" peers"* ]] && exit $DRIVER
        exit 0
        """;

    private const string Npm = """
        #!/bin/bash
        echo "npm $*" >> "$HERE/calls.log"
        exit $NPM
        """;

    private const string DpkgQuery = """
        #!/bin/bash
        [[ "$MISSING" != "${@: -1}" ]] && echo -n installed
        """;

    private const string Nothing = "#!/bin/bash\nexit 0\n";

    private const string Export = "import sys; open(sys.argv[-1], 'w').write(' '.join(sys.argv[1:7]))";

    private readonly string _folder = Directory.CreateTempSubdirectory("bench-script").FullName;
    private readonly Dictionary<string, string> _environment = new() { ["DRIVER"] = "0", ["NPM"] = "0", ["MISSING"] = "" };

    public BenchScriptTests()
    {
        foreach (var folder in new[] { "tools", "bin", "weights", "tests/Benchmarks/Peers" }) Directory.CreateDirectory(PathOf(folder));
        foreach (var script in new[] { "bench", "common.sh" }) File.Copy(Path.Combine(Repository.Root, "tools", script), PathOf("tools/" + script));
        foreach (var (name, text) in new[] { ("dotnet", Dotnet), ("npm", Npm), ("node", Nothing), ("dpkg-query", DpkgQuery), ("apt-cache", Nothing), ("apt-get", "#!/bin/bash\nexit 100\n"), ("sudo", "#!/bin/bash\nexec \"$@\"") })
        {
            File.WriteAllText(PathOf("bin/" + name), text);
            File.SetUnixFileMode(PathOf("bin/" + name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        foreach (var name in new[] { "package.json", "package-lock.json" }) File.WriteAllText(PathOf("tests/Benchmarks/Peers/" + name), "{}");
        foreach (var name in new[] { "x4plus", "x4fast" }) File.WriteAllText(PathOf($"weights/{name}.safetensors"), "");
        File.WriteAllText(PathOf("tests/Benchmarks/Peers/export_onnx.py"), Export);
    }

    private string[] Calls => File.ReadAllLines(PathOf("calls.log"));

    [Fact]
    public void The_peers_are_installed_and_given_the_weights_before_the_driver_measures()
    {
        var (code, output) = Run("--quick", "--only", "onnx-256");

        Assert.True(code == 0, output);
        Assert.Contains("npm ci --ignore-scripts --no-audit --no-fund --loglevel=error", Calls);
        Assert.Equal("rrdb 4 3 64 23 32", File.ReadAllText(PathOf("artifacts/bench/x4plus.onnx")));
        Assert.Equal("compact 4 3 64 32 0", File.ReadAllText(PathOf("artifacts/bench/x4fast.onnx")));
        Assert.EndsWith("TorchUpscaler.Benchmarks.dll peers --quick --only onnx-256", Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_time_nothing_is_installed_or_exported()
    {
        Run();
        File.WriteAllText(PathOf("artifacts/bench/x4plus.onnx"), "kept");
        File.Delete(PathOf("calls.log"));

        var (code, output) = Run();

        Assert.True(code == 0, output);
        Assert.DoesNotContain(Calls, call => call.StartsWith("npm", StringComparison.Ordinal));
        Assert.Equal("kept", File.ReadAllText(PathOf("artifacts/bench/x4plus.onnx")));
    }

    [Fact]
    public void A_peer_that_cannot_be_installed_costs_its_rows_and_not_the_others()
    {
        (_environment["NPM"], _environment["MISSING"], _environment["DRIVER"]) = ("1", "python3-torch", "1");

        var (code, output) = Run();

        Assert.Equal(1, code); // the driver's word
        Assert.Contains("== PyTorch is missing, and with it all rows that compare", output, StringComparison.Ordinal);
        Assert.Contains("== ONNX Runtime is missing, and with it its rows", output, StringComparison.Ordinal);
        Assert.EndsWith("peers", Calls[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_driver_refuses_is_refused_before_anything_is_installed()
    {
        var (code, output) = Run("--nonsense");

        Assert.Equal(2, code);
        Assert.Contains("bench: the bench does not know it", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Calls, call => call.StartsWith("npm", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("out.json", true)]
    [InlineData("/tmp/out.json", false)]
    public void The_report_lies_where_its_name_says_seen_from_the_caller(string file, bool isRelative)
    {
        Run("--json", file);

        Assert.EndsWith($"peers --json {(isRelative ? Path.Combine(PathOf("weights"), file) : file)}", Calls[^1], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, true);

    private string PathOf(string name) => Path.Combine(_folder, name);

    private (int Code, string Output) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/bash", [PathOf("tools/bench"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = PathOf("weights"),
        };
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        start.Environment["HERE"] = _folder;
        start.Environment["PATH"] = $"{PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var script = Process.Start(start)!;
        var errors = script.StandardError.ReadToEndAsync();
        var output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, output + errors.Result);
    }
}
