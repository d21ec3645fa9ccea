using System.Diagnostics;
using System.Runtime.Versioning;

namespace TorchUpscaler.App.Tests;

/// <summary>
/// <c>tools/check</c> in a small repository of its own, with stand-ins for dotnet and apt that do as the test says: it must
/// never report a success that is none.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ToolsTests : IDisposable
{
    private const string AllGood = """<Counters total="5" executed="4" passed="4" failed="0" error="0" notExecuted="0" />""";

    // Fails in the step $FAIL; a test project's result file is $RESULT, or for B.Tests $RESULT_B; $WARN makes restore warn.
    private const string Dotnet = """
        #!/bin/bash
        echo "$1 ${Packages:--} ${Torch:--} ${RestoreAdditionalProjectSources:--}" >> dotnet.log
        [ "$1" = "$FAIL" ] && exit 1
        [ "$1" = restore ] && echo "$WARN"
        [ "$1" = test ] || exit 0
        project=$(basename "$2" .csproj)
        [ "$project" = B.Tests ] && RESULT=$RESULT_B
        mkdir -p artifacts/test-results
        [ -n "$RESULT" ] && echo "<TestRun>$RESULT</TestRun>" > "artifacts/test-results/$project.trx"
        [ "$project" = "$CRASH" ] && exit 134
        exit 0
        """;

    // Knows the packages in $INSTALLED as installed and those in $OFFERED as there to be had.
    private const string DpkgQuery = """
        #!/bin/bash
        [[ " $INSTALLED " == *" ${@: -1} "* ]] && echo -n installed
        """;

    private const string AptCache = """
        #!/bin/bash
        name=${@: -1}; name=${name#^}; name=${name%\$}
        [[ " $OFFERED " == *" $name "* ]] && echo "$name - a package"
        exit 0
        """;

    private const string AptGet = """
        #!/bin/bash
        echo "apt-get $*" >> apt.log
        """;

    private const string Everything = "libvips42 libvips-tools python3 python3-torch python3-numpy python3-pil imagemagick libimage-exiftool-perl postgresql-15";

    private readonly Workplace _here = new();
    private readonly Dictionary<string, string> _environment = new()
    {
        ["INSTALLED"] = Everything,
        ["OFFERED"] = "",
        ["FAIL"] = "",
        ["WARN"] = "",
        ["CRASH"] = "",
        ["RESULT"] = AllGood,
        ["RESULT_B"] = AllGood,
    };

    public ToolsTests()
    {
        foreach (var folder in new[] { "tools", "bin", "weights", "tests/A.Tests", "tests/B.Tests", "tests/Benchmarks" })
            Directory.CreateDirectory(_here.PathOf(folder));
        foreach (var script in new[] { "check", "common.sh" })
            File.Copy(Path.Combine(Repository.Root, "tools", script), _here.PathOf("tools/" + script));
        foreach (var (name, text) in new[] { ("dotnet", Dotnet), ("dpkg-query", DpkgQuery), ("apt-cache", AptCache), ("apt-get", AptGet), ("sudo", "#!/bin/bash\nexec \"$@\"") })
            File.SetUnixFileMode(_here.Text("bin/" + name, text), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _here.Text("weights/x4plus.safetensors", "");
        foreach (var project in new[] { "A.Tests", "B.Tests" })
            _here.Text($"tests/{project}/{project}.csproj", "<IsTestProject>true</IsTestProject>");
        _here.Text("tests/Benchmarks/Benchmarks.csproj", "<OutputType>Exe</OutputType>");
    }

    [Fact]
    public void The_last_line_is_the_sum_over_all_test_projects() => Check(0, "8 passed, 0 failed, 2 skipped");

    [Theory]
    [InlineData("restore")]
    [InlineData("format")]
    [InlineData("build")]
    public void A_step_that_fails_is_a_failure(string step)
    {
        _environment["FAIL"] = step;

        Check(1, "8 passed, 1 failed, 2 skipped");
    }

    [Fact]
    public void A_warning_of_the_restore_is_a_failure()
    {
        _environment["WARN"] = "A.csproj : warning NU1603: a lower version was found";

        Check(1, "8 passed, 1 failed, 2 skipped");
    }

    [Fact]
    public void A_failed_test_is_a_failure()
    {
        _environment["RESULT_B"] = """<Counters total="9" executed="8" passed="5" failed="3" error="0" />""";
        _environment["CRASH"] = "B.Tests"; // as dotnet test ends when a test has failed

        Check(1, "9 passed, 3 failed, 2 skipped");
    }

    [Fact]
    public void A_test_host_that_crashes_is_a_failure_though_all_its_tests_passed_before()
    {
        _environment["CRASH"] = "B.Tests";

        Check(1, "8 passed, 1 failed, 2 skipped");
    }

    [Theory]
    [InlineData("")]
    [InlineData("""<Counters total="0" executed="0" passed="0" failed="0" />""")]
    public void A_project_that_ran_no_tests_is_a_failure(string result)
    {
        _environment["RESULT_B"] = result;

        Check(1, "4 passed, 1 failed, 1 skipped");
    }

    [Fact]
    public void Nothing_is_installed_where_nothing_is_missing()
    {
        Check(0, "8 passed, 0 failed, 2 skipped");

        Assert.False(File.Exists(_here.PathOf("apt.log")));
    }

    [Theory]
    [InlineData("libvips42", "libvips42 libvips42 libvips42 libvips42", "postgresql-15")]
    [InlineData("libvips42t64", "libheif-plugin-aomenc libheif-plugin-dav1d libheif-plugin-x265 libheif-plugin-libde265", "postgresql-17")]
    public void What_is_missing_is_installed_by_its_name_in_this_release(string library, string coders, string database)
    {
        _environment["INSTALLED"] = "python3 python3-torch python3-numpy python3-pil imagemagick";
        _environment["OFFERED"] = $"libvips-tools libimage-exiftool-perl {library} {coders} {database}";

        Check(0, "8 passed, 0 failed, 2 skipped");

        Assert.Equal(
            ["apt-get update -q", $"apt-get install -qy --no-install-recommends {library} libvips-tools {coders} libimage-exiftool-perl {database}"],
            File.ReadAllLines(_here.PathOf("apt.log")));
    }

    [Fact]
    public void The_default_build_has_no_switches()
    {
        Check(0, "8 passed, 0 failed, 2 skipped");

        Assert.All(Builds(), build => Assert.EndsWith(" - - -", build, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cpu", "--packages", "full")]
    [InlineData("cuda", "--packages", "full", "--torch", "cuda", "--long")]
    public void The_full_build_is_verified_in_every_step(string torch, params string[] arguments)
    {
        var feed = Directory.CreateDirectory(_here.PathOf("a feed")).FullName;

        Check(0, "8 passed, 0 failed, 2 skipped", [.. arguments, "--feed", feed]);

        Assert.Equal(["restore", "format", "build", "test", "test"], Builds().Select(build => build.Split(' ')[0]).Where(step => !step.Contains('/', StringComparison.Ordinal)));
        Assert.All(Builds(), build => Assert.EndsWith($" full {torch} {feed}", build, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "--packages", "some")]
    [InlineData(2, "--feed", "a feed")]
    [InlineData(2, "--packages", "full", "--torch", "rocm")]
    [InlineData(1, "--packages", "full", "--feed", "not there")]
    public void Switches_that_make_no_sense_are_refused_before_anything_is_done(int exitCode, params string[] arguments)
    {
        Directory.CreateDirectory(_here.PathOf("a feed"));

        Check(exitCode, null, arguments);

        Assert.False(File.Exists(_here.PathOf("dotnet.log")));
    }

    public void Dispose() => _here.Dispose();

    // The steps, with the switches that they were given.
    private string[] Builds() => File.ReadAllLines(_here.PathOf("dotnet.log"));

    private void Check(int exitCode, string? lastLine, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/bash", [_here.PathOf("tools/check"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in (string[])["Packages", "Torch", "RestoreAdditionalProjectSources"]) start.Environment.Remove(name);
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        start.Environment["PATH"] = $"{_here.PathOf("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using var check = Process.Start(start)!;
        var errors = check.StandardError.ReadToEndAsync();
        var lines = check.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        check.WaitForExit();

        Assert.True(check.ExitCode == exitCode, $"exit code {check.ExitCode} instead of {exitCode}\n{errors.Result}{string.Join('\n', lines)}");
        if (lastLine is null) Assert.Empty(lines);
        else Assert.Equal(lastLine, lines[^1]);
    }
}
