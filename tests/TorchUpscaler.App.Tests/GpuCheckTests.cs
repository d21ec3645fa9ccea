using System.Diagnostics;
using System.Text.Json;
using TorchUpscaler.Benchmarks;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Core;
using TorchUpscaler.GpuCheck;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.App.Tests;

/// <summary><c>tools/gpu-check</c>: what of it needs no card. It must never pass where something is missing or off.</summary>
public sealed class GpuCheckTests
{
    private const int ExitRefused = 2;

    [Fact]
    public void Sizes_are_a_cards_or_the_processors_unless_they_are_given_and_the_smallest_comes_first()
    {
        Assert.Equal(("cuda:0", 2048), (CheckOptions.Parse([]).Device.ToString(), CheckOptions.Parse([]).Sizes[^1].Width));
        Assert.Equal(128, CheckOptions.Parse(["--device", "cpu"]).Sizes[^1].Width);

        var given = CheckOptions.Parse(["--sizes", "640x480,64x48", "--rounds", "5", "--device", "cuda:1", "--python", "/opt/python", "--json", "out.json"]);
        Assert.Equal([(64, 48), (640, 480)], given.Sizes);
        Assert.Equal((5, "cuda:1", "/opt/python", "out.json"), (given.Rounds, given.Device.ToString(), given.Python, given.JsonFile));
    }

    [Theory]
    [InlineData("does not know '--fast'", "--fast")]
    [InlineData("--rounds wants a word", "--rounds")]
    [InlineData("'0' is none", "--rounds", "0")]
    [InlineData("'big' is no size", "--sizes", "64x64,big")]
    [InlineData("'0x64' is no size", "--sizes", "0x64")]
    [InlineData("at most 40 megapixels", "--sizes", "10000x10000")]
    [InlineData("is no device", "--device", "gpu")]
    public void What_makes_no_sense_is_refused(string sentence, params string[] arguments) =>
        Assert.Contains(sentence, Assert.Throws<InputException>(() => CheckOptions.Parse(arguments)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(Precision.Float32, 5, 1, true)]
    [InlineData(Precision.Float32, 6, 1, false)]
    [InlineData(Precision.Float32, 1, 2, false)]
    [InlineData(Precision.Float16, 1500, 3, true)]
    [InlineData(Precision.Float16, 1501, 1, false)]
    [InlineData(Precision.Float16, 1, 4, false)]
    public void Results_are_held_to_the_bar_of_their_precision(Precision precision, int different, int levels, bool holds)
    {
        var reference = Enumerable.Repeat(100 / 255f, 10_000).ToArray();
        var result = reference.Select((sample, i) => i < different ? sample - (levels / 255f) : sample).ToArray();

        var parity = Parity.Between(reference, result, ParityBar.Of(precision));

        Assert.Equal((different, levels, holds), (parity.Different, parity.Levels, parity.Holds));
    }

    [Fact]
    public void What_is_no_number_or_of_another_size_is_no_result()
    {
        Assert.Throws<BenchException>(() => Parity.Between([0f, 1f], [0f, float.NaN], ParityBar.Of(Precision.Float32)));
        Assert.Throws<BenchException>(() => Parity.Between([0f, 1f], [0f], ParityBar.Of(Precision.Float32)));
    }

    [Fact]
    public void Large_pictures_are_the_photo_in_mirrors()
    {
        var photo = new Picture(3, 2, 3, 8);
        for (var i = 0; i < photo.Bytes.Length; i++) photo.Bytes[i] = (byte)i;

        var large = Mirror.Fill(photo, 8, 5);

        Assert.Equal([0, 3, 6, 6, 3, 0, 0, 3], Enumerable.Range(0, 8).Select(x => (int)large.Row8(0)[x * 3]));
        Assert.Equal([0, 9, 9, 0, 0], Enumerable.Range(0, 5).Select(y => (int)large.Row8(y)[0]));
    }

    [Fact]
    public void A_report_passes_only_where_every_bar_is_met_and_nothing_is_missing()
    {
        var met = new CheckRow("parity", "256×256", Precision.Float16) { Result = "2 levels, 6 %", Beside = "≤ 3, 15 %", IsMet = true, CardBytes = 100L << 20 };
        var speed = new CheckRow("speed", "256×256", Precision.Float16) { Result = "3.210 MP/s", Notices = ["cuda:0 is out of memory"] };

        Assert.True(Report(met, speed).Passes);
        Assert.False(Report().Passes);
        Assert.False(Report(met, speed with { Missing = "it broke" }).Passes);
        Assert.False(Report(met with { IsMet = false }, speed).Passes);

        var lines = Report(met, speed with { Missing = "it broke" }).Table().Split('\n');
        Assert.StartsWith("parity  256×256  fp16       2 levels, 6 %  ≤ 3, 15 %  100MB           met", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("MISSING", lines[2], StringComparison.Ordinal);
        Assert.Equal(["speed 256×256 fp16: cuda:0 is out of memory", "speed 256×256 fp16: it broke"], lines[4..]);
        using var json = JsonDocument.Parse(Report(met, speed).Json());
        Assert.Equal((true, "fp16", "met"), (json.RootElement.GetProperty("passes").GetBoolean(), json.RootElement.GetProperty("rows")[0].GetProperty("precision").GetString(), met.Verdict));
    }

    [Theory]
    [InlineData(1000, 600, true)]
    [InlineData(1112, 600, true)] // 512 MB may come beside
    [InlineData(1113, 600, false)]
    public void What_is_taken_of_a_card_is_held_to_what_was_planned(int takenMegabytes, int plannedMegabytes, bool holds)
    {
        var row = new CheckRow("speed", "256×256", Precision.Float16) { CardBytes = (long)takenMegabytes << 20, PlannedBytes = (long)plannedMegabytes << 20 };

        Assert.Equal((holds, !holds, holds ? "met" : "NOT MET"), (row.IsWithinPlan, row.Fails, row.Verdict));
        Assert.Equal(holds, Report(row).Passes);
        Assert.False(Report(row with { IsMet = false }).Passes);
        Assert.Equal((null, false, ""), ((row with { PlannedBytes = null }).IsWithinPlan, (row with { PlannedBytes = null }).Fails, (row with { PlannedBytes = null }).Verdict));
        Assert.Contains(FormattableString.Invariant($"{takenMegabytes}MB  {plannedMegabytes}MB"), Report(row).Table(), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Report(row).Json());
        Assert.Equal(holds, json.RootElement.GetProperty("rows")[0].GetProperty("isWithinPlan").GetBoolean());
    }

    [Theory]
    [InlineData("--bogus")]
    [InlineData("--feed")]
    public void The_script_refuses_what_it_does_not_know(string argument)
    {
        using var script = Process.Start(new ProcessStartInfo("/bin/bash", [Path.Combine(Repository.Root, "tools", "gpu-check"), argument]) { RedirectStandardError = true })!;

        Assert.StartsWith("usage: tools/gpu-check ", script.StandardError.ReadToEnd(), StringComparison.Ordinal);
        script.WaitForExit();
        Assert.Equal(ExitRefused, script.ExitCode);
    }

    private static CheckReport Report(params CheckRow[] rows) =>
        new(DateTimeOffset.UnixEpoch, "cuda:0", new Machine("a processor", 2, 8, "a system", "a runtime"), new NvidiaDriver(), new Dictionary<string, string>(), rows);
}
