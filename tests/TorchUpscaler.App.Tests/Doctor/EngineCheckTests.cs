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
    public void What_the_engine_tells_meanwhile_is_a_warning()
    {
        var telling = s_cpu with
        {
            Open = tell =>
            {
                tell("half precision gives no pictures on cuda:0: all are made in single precision");
                return new CpuEngine();
            },
        };

        Assert.Equal([(Level.Ok, false), (Level.Warning, true)], Look(telling).Select(finding => (finding.Level, finding.Text.StartsWith("half precision", StringComparison.Ordinal))));
    }

    [Fact]
    public void An_engine_that_does_not_start_is_a_warning()
    {
        var finding = Assert.Single(Look(s_cpu with { Open = _ => throw new InputException("libtorch cannot be loaded") }));

        Assert.Equal((Level.Warning, "the Torch engine cannot be compared: libtorch cannot be loaded"), (finding.Level, finding.Text));
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

    private static Finding Judge(Precision precision, float[] reference, float[] result) =>
        EngineCheck.Judge("net", precision, reference, TimeSpan.FromSeconds(1), result, TimeSpan.FromSeconds(1));
}
