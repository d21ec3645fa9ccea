using System.Runtime.InteropServices;
using System.Text.Json;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Doctor;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;

namespace TorchUpscaler.App.Tests.Doctor;

/// <summary>How <c>doctor</c> compares two engines: here the CPU engine with itself, whole or made wrong.</summary>
[Collection(ProgramTests.Name)]
public sealed class EngineCheckTests(TinyModels models)
{
    private static readonly EngineChoice s_cpu = new("cpu", IsOnCpu: true, _ => new CpuEngine());

    [Fact]
    public void A_build_with_one_engine_has_nothing_to_compare() => Assert.Empty(Look(null));

    [Fact]
    public void Engines_that_agree_are_well()
    {
        var finding = Assert.Single(Look(s_cpu));

        Assert.Equal(("engines", Level.Ok), (finding.Topic, finding.Level));
        Assert.Matches(@"^x4plus on 64×64 pixels by torch \(fp32, [0-9.]+ s\) and by cpu \([0-9.]+ s\): 0 % of the bytes differ, by 0 of 255 at most$", finding.Text);
    }

    [Fact]
    public void On_a_card_the_usual_precision_is_tried_too()
    {
        var findings = Look(s_cpu with { IsOnCpu = false });

        Assert.Equal(["fp32", "auto"], findings.Select(finding => finding.Text.Split('(', ',')[1]));
    }

    [Fact]
    public void An_engine_that_does_not_start_is_a_warning()
    {
        var finding = Assert.Single(Look(s_cpu with { Open = _ => throw new InputException("libtorch cannot be loaded") }));

        Assert.Equal((Level.Warning, "the Torch engine cannot be compared: libtorch cannot be loaded"), (finding.Level, finding.Text));
    }

    // What libtorch throws is no error of the input, and pages long.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void What_a_cards_libraries_throw_is_broken_in_one_line_and_what_was_found_before_stays(int runsThatWork, int findingsBefore)
    {
        var runs = 0;
        var findings = Look(Wrapped(isOnCpu: false, _ =>
        {
            if (runs++ >= runsThatWork) throw new DeviceException("CUDA error: no kernel image is available\nException raised from launch at kernel.cu:7\nframe #0");
        }));

        Assert.Equal(findingsBefore + 1, findings.Count);
        Assert.All(findings.SkipLast(1), finding => Assert.Equal(Level.Ok, finding.Level));
        Assert.Equal((Level.Broken, "the Torch engine fails at x4plus on 64×64 pixels: CUDA error: no kernel image is available"), (findings[^1].Level, findings[^1].Text));
        Assert.Contains("--engine cpu", findings[^1].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_that_cannot_even_be_opened_for_a_reason_of_its_own_is_broken()
    {
        var finding = Assert.Single(Look(s_cpu with { Open = _ => throw new DeviceLostException("cuda:0 is lost", null) }));

        Assert.Equal(Level.Broken, finding.Level);
        Assert.EndsWith(": cuda:0 is lost", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_that_is_cancelled_is_no_finding() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Look(Wrapped(isOnCpu: true, _ => throw new OperationCanceledException())));

    // Where the card has no room the CPU engine stands in, and would be compared with itself.
    [Fact]
    public void What_the_engine_did_otherwise_than_asked_is_a_warning_that_names_it()
    {
        var runs = 0;
        var findings = Look(Wrapped(isOnCpu: false, notice =>
        {
            if (++runs == 2) notice("the CPU engine makes the picture of 64×64");
        }));

        Assert.Equal([Level.Ok, Level.Warning], findings.Select(finding => finding.Level));
        Assert.EndsWith("by 0 of 255 at most; but the engine did not do what was asked: the CPU engine makes the picture of 64×64", findings[1].Text, StringComparison.Ordinal);
        Assert.NotNull(findings[1].Advice);
        using var values = JsonDocument.Parse(JsonLine.Of(findings[1].Values));
        Assert.Equal("the CPU engine makes the picture of 64×64", values.RootElement.GetProperty("notices")[0].GetString());
        Assert.Equal("auto", values.RootElement.GetProperty("precision").GetString());
    }

    [Fact]
    public void What_it_says_as_the_model_is_loaded_holds_for_every_precision()
    {
        var findings = Look(s_cpu with
        {
            IsOnCpu = false,
            Open = notice =>
            {
                notice("all are made in single precision");
                return new CpuEngine();
            },
        });

        Assert.Equal(2, findings.Count);
        Assert.All(findings, finding => Assert.Equal(Level.Warning, finding.Level));
        Assert.All(findings, finding => Assert.EndsWith(": all are made in single precision", finding.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Results_that_are_apart_stay_broken_whatever_was_said()
    {
        var finding = EngineCheck.WithNotices(Judge(Precision.Float32, new float[100], [.. Enumerable.Repeat(1f, 100)]), ["said"]);

        Assert.Equal(Level.Broken, finding.Level);
        Assert.Contains("report it", finding.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Float32, 0, 0, Level.Ok)]
    [InlineData(Precision.Float32, 5, 1, Level.Ok)] // of 10,000: 0.05 %
    [InlineData(Precision.Float32, 6, 1, Level.Broken)]
    [InlineData(Precision.Float32, 1, 2, Level.Broken)]
    [InlineData(Precision.Auto, 1500, 3, Level.Ok)]
    [InlineData(Precision.Auto, 1501, 1, Level.Broken)]
    [InlineData(Precision.Auto, 1, 4, Level.Broken)]
    public void The_bars_are_those_of_the_engine(Precision precision, int different, int levels, object expected)
    {
        var reference = Enumerable.Repeat(100 / 255f, 10_000).ToArray();
        var result = reference.Select((sample, i) => i < different ? sample + (levels / 255f) : sample).ToArray();

        Assert.Equal(expected, Judge(precision, reference, result).Level);
    }

    [Fact]
    public void What_is_no_number_is_broken()
    {
        var reference = new float[10_000];
        var result = reference.ToArray();
        result[7] = float.NaN;

        Assert.Equal(Level.Broken, Judge(Precision.Auto, reference, result).Level);
    }

    private List<Finding> Look(EngineChoice? torch) => [.. new EngineCheck(new ModelFolders(models.Folder), s_cpu, torch).Findings(CancellationToken.None)];

    // The CPU engine, with something that happens before each run.
    private static EngineChoice Wrapped(bool isOnCpu, Action<Action<string>> beforeRun) =>
        s_cpu with { IsOnCpu = isOnCpu, Open = notice => new WrappedEngine(new CpuEngine(), () => beforeRun(notice)) };

    private static Finding Judge(Precision precision, float[] reference, float[] result) =>
        EngineCheck.Judge("net", precision, reference, TimeSpan.FromSeconds(1), result, TimeSpan.FromSeconds(1));

    private sealed class WrappedEngine(CpuEngine engine, Action beforeRun) : IUpscaleEngine
    {
        public ILoadedModel Load(ModelFile model) => new Model(engine.Load(model), beforeRun);

        public void Dispose() => engine.Dispose();

        private sealed class Model(ILoadedModel model, Action beforeRun) : ILoadedModel
        {
            public NetworkShape Network => model.Network;

            public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
            {
                beforeRun();
                return model.Start(input, options, output);
            }

            public void Dispose() => model.Dispose();
        }
    }

    /// <summary>As what TorchSharp throws.</summary>
    private sealed class DeviceException(string message) : ExternalException(message);
}
