using System.Text.Json;
using TorchUpscaler.App.Doctor;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Tests;

/// <summary><c>torchupscaler doctor</c>: as a program, and its judgement on machines that this one is not.</summary>
[Collection(ProgramTests.Name)]
public sealed class DoctorTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitFailed = 1;
    private const long Giga = 1L << 30;

    private static readonly InstalledModel s_model = new("net", "net.safetensors", new RrdbNetShape(2, 3, 3, 8, 1, 4), new Dictionary<string, string>());

    private readonly Workplace _here = new();

    [Fact]
    public void Each_topic_has_its_findings_and_random_weights_are_a_warning()
    {
        var said = ProgramRun.In(_here.Folder, null, "doctor", "--weights", models.Folder).ExitedWith(ExitDone).Output;

        foreach (var topic in new[] { "cores", "vectors", "memory", "gpu", "pictures", "models", "folders" })
            Assert.Contains(said.Split('\n'), line => line.Length > 9 && line[9..].StartsWith(topic + " ", StringComparison.Ordinal));
        Assert.Contains("warning  models    x4plus (RRDBNet ×4): 64×64 pixels twice in", said, StringComparison.Ordinal);
        Assert.Contains("more than the 0.04 of a network that enlarges photos", said, StringComparison.Ordinal);
        Assert.Contains("get it again with: dotnet run -c Release --project tools/WeightConverter -- pull x4plus --force", said, StringComparison.Ordinal);
        Assert.EndsWith("It works; the warnings say what could be better.\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_real_models_pass()
    {
        var weights = Path.Combine(Repository.Root, "weights");
        var said = ProgramRun.In(_here.Folder, null, "doctor", "--weights", weights, "--json").ExitedWith(ExitDone).Output;

        using var json = JsonDocument.Parse(said);
        var tried = json.RootElement.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("topic").GetString() == "models").ToList();
        foreach (var name in new[] { "x4plus", "x4fast" })
            Assert.Equal("ok", Assert.Single(tried, finding => finding.GetProperty("model").GetString() == name).GetProperty("level").GetString());
    }

    [Fact]
    public void Json_is_one_line_with_every_finding()
    {
        var result = ProgramRun.In(_here.Folder, null, "doctor", "--weights", models.Folder, "--json").ExitedWith(ExitDone);

        using var json = JsonDocument.Parse(Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("warning", json.RootElement.GetProperty("status").GetString());
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(
            ["general-wdn-x4v3", "general-x4v3", "grey", "sber-x2", "x4fast", "x4plus"],
            findings.Where(finding => finding.GetProperty("topic").GetString() == "models").Select(finding => finding.GetProperty("model").GetString()));
        Assert.InRange(findings.Single(finding => finding.GetProperty("topic").GetString() == "memory").GetProperty("budgetBytes").GetInt64(), 1, 4 * Giga);
        Assert.Contains(".png", findings.Single(finding => finding.GetProperty("topic").GetString() == "pictures").GetProperty("reads").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public void No_model_and_a_damaged_one_are_broken()
    {
        var none = ProgramRun.In(_here.Folder, null, "doctor", "--weights", _here.Folder).ExitedWith(ExitFailed);
        Assert.Contains("broken   models    none is in", none.Output, StringComparison.Ordinal);
        Assert.Contains("→ get one with: dotnet run -c Release --project tools/WeightConverter -- pull x4plus", none.Output, StringComparison.Ordinal);

        File.WriteAllBytes(_here.PathOf("x4plus.safetensors"), File.ReadAllBytes(models.PathOf("x4plus"))[..2000]);
        var damaged = ProgramRun.In(_here.Folder, null, "doctor", "--weights", _here.Folder).ExitedWith(ExitFailed);
        Assert.Contains("broken   models    " + _here.PathOf("x4plus.safetensors"), damaged.Output, StringComparison.Ordinal);
        Assert.EndsWith("Something is broken: models.\n", damaged.Output, StringComparison.Ordinal);
    }

    // As the system's loader finds nothing where the library is not installed.
    [Fact]
    public void A_folder_that_takes_no_files_is_a_warning()
    {
        var result = ProgramRun.In("/proc", null, "doctor", "--weights", models.Folder).ExitedWith(ExitDone);

        Assert.Contains("warning  folders   a file in '/proc' cannot be written", result.Output, StringComparison.Ordinal);
        Assert.Contains("-o", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_for_temporary_files_is_a_warning_and_who_needs_it_is_told()
    {
        var missing = new Dictionary<string, string?> { ["TMPDIR"] = _here.PathOf("gone") };

        var doctor = ProgramRun.In(_here.Folder, missing, "doctor", "--weights", models.Folder).ExitedWith(ExitDone);
        Assert.Contains($"warning  folders   the folder for temporary files '{_here.PathOf("gone")}' is not there", doctor.Output, StringComparison.Ordinal);

        ProgramRun.In(_here.Folder, missing, "upscale", "-", "-o", "result.png", "--weights", models.Folder).ExitedWith(ExitFailed)
            .SaidOneSentence($"the folder for temporary files '{_here.PathOf("gone")}' is not there; set TMPDIR to another one");
    }

    [Theory]
    [InlineData("upscale", "photo.png")]
    [InlineData("models")]
    [InlineData("doctor")]
    [InlineData("submit", "photo.png")]
    [InlineData("worker")]
    public void A_folder_of_models_that_is_not_there_is_refused(params string[] command) =>
        ProgramRun.In(_here.Folder, null, [.. command, "--weights", "nowhere"]).ExitedWith(2)
            .SaidOneSentence("there is no folder 'nowhere', which --weights names", $"torchupscaler {command[0]} --help");

    [Fact]
    public void A_model_that_is_not_there_is_looked_for_elsewhere_or_has_another_name()
    {
        var picture = _here.Picture("photo.png");

        ProgramRun.In(_here.Folder, null, "upscale", picture, "-m", "x2plus", "--weights", _here.Folder).ExitedWith(2)
            .SaidOneSentence(_here.Folder, "--weights DIR", "-- pull x2plus");
        ProgramRun.In(_here.Folder, null, "upscale", picture, "-m", "x5", "--weights", _here.Folder).ExitedWith(2)
            .SaidOneSentence("the model x5 is not in", "none of that name can be had, only ", "x4plus, ", "--weights DIR");
    }

    [Theory]
    [InlineData("sys/fs/cgroup/cpu.max", "150000 100000", 1.5)]
    [InlineData("sys/fs/cgroup/cpu.max", "max 100000", null)]
    [InlineData("sys/fs/cgroup/cpu.max", "", null)]
    [InlineData("none", "", null)]
    public void The_time_of_a_container_is_read(string file, string text, double? limit)
    {
        Given(file, text);

        Assert.Equal(limit, new SystemFiles(_here.Folder).CpuLimit);
    }

    [Fact]
    public void The_first_version_of_control_groups_is_read_too()
    {
        Given("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000");
        Given("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
        Given("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        Assert.Equal((0.5, (long?)null), (new SystemFiles(_here.Folder).CpuLimit, new SystemFiles(_here.Folder).MemoryLimit));

        Given("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
        Given("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824");
        Assert.Equal(((double?)null, Giga), (new SystemFiles(_here.Folder).CpuLimit, new SystemFiles(_here.Folder).MemoryLimit));
    }

    [Fact]
    public void A_container_that_may_take_less_time_than_it_has_cores_is_advised()
    {
        Given("sys/fs/cgroup/cpu.max", "150000 100000");

        Assert.Contains("--threads 1", Machine(cores: 2).Single(finding => finding.Topic == "cores").Advice, StringComparison.Ordinal);
        Assert.Equal(Level.Ok, Machine(cores: 1).Single(finding => finding.Topic == "cores").Level);
    }

    [Fact]
    public void Memory_is_the_machines_and_the_containers_and_the_budget_is_held_against_it()
    {
        Given("proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n");
        Given("sys/fs/cgroup/memory.max", "2147483648");
        var well = Machine(budget: Giga).Single(finding => finding.Topic == "memory");
        Assert.Equal((Level.Ok, "16384MB in the machine; 2048MB allowed to the container; 8192MB free; 1024MB is the budget without --memory"), (well.Level, well.Text));

        Assert.Contains("-m x4fast", Machine(budget: Giga / 2).Single(finding => finding.Topic == "memory").Advice, StringComparison.Ordinal);
        Assert.Contains("--memory 6144MB", Machine(budget: 9 * Giga).Single(finding => finding.Topic == "memory").Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_resembles_the_picture_is_well_and_one_that_does_not_is_a_warning()
    {
        var picture = TestPicture.Make(3);
        var nearest = Enlarged(picture);
        Assert.Equal(0, TestPicture.Distance(picture, nearest, 2), 1e-6);
        Assert.Equal(Level.Ok, Judge(picture, nearest, nearest).Level);
        Assert.Equal(Level.Ok, Judge(picture, [.. nearest.Select(sample => sample + 0.039f)], null).Level);

        Assert.Equal(Level.Warning, Judge(picture, [.. nearest.Select(sample => sample + 0.05f)], null).Level);
        Assert.Equal(Level.Warning, Judge(picture, [.. nearest.Reverse()], null).Level);
        var random = new Random(1);
        Assert.Equal(Level.Warning, Judge(picture, [.. nearest.Select(_ => random.NextSingle())], null).Level);
    }

    [Fact]
    public void Threads_that_disagree_by_a_bit_and_a_result_of_one_value_are_broken()
    {
        var picture = TestPicture.Make(3);
        var result = Enlarged(picture);
        var other = result.ToArray();
        other[100] = MathF.BitIncrement(other[100]);

        Assert.Equal(Level.Broken, Judge(picture, result, other).Level);
        Assert.Equal(Level.Broken, Judge(picture, new float[result.Length], null).Level);
    }

    public void Dispose() => _here.Dispose();

    private static Finding Judge(Picture picture, float[] one, float[]? several) => ModelCheck.Judge(s_model, one, several ?? one, picture, TimeSpan.FromSeconds(1));

    private static float[] Enlarged(Picture picture)
    {
        var row = picture.Width * 2 * 3;
        return [.. Enumerable.Range(0, picture.Height * 2 * row).Select(i => picture.Row8(i / row / 2)[i % row / 3 / 2 * 3 + i % 3] / 255f)];
    }

    private List<Finding> Machine(int cores = 2, long budget = Giga) => [.. new MachineCheck(new SystemFiles(_here.Folder), cores, budget).Findings()];

    private void Given(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_here.PathOf(file))!);
        _here.Text(file, text);
    }
}
