using Xunit.Abstractions;

namespace TorchUpscaler.Fuzz;

public sealed class FuzzTests(Corpus corpus, ITestOutputHelper output) : IClassFixture<Corpus>
{
    private const int Seed = 20;
    private const int Short = 300;
    private const int Long = 50_000;

    private static readonly string[] s_names = ["legacy", "ncnn", "pickle", "safetensors", "zip"];

    public static TheoryData<string> Names => [.. s_names];

    [Fact]
    public void Every_target_has_a_short_and_a_long_form() =>
        Assert.Equal(Targets.All.Keys.Order(), s_names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_target_has_seeds_and_reads_them_to_the_end(string target)
    {
        var seeds = corpus.Seeds(target);
        Assert.NotEmpty(seeds);
        using var probe = new Probe();
        var run = new FuzzRun(target, seeds, Seed);
        foreach (var (name, bytes) in seeds)
        {
            Assert.True(run.Give(bytes, name, probe) is var refusal && refusal is null, $"{name}: {refusal?.Message}");
            Assert.Equal(target == "pickle" ? "its end" : "values", probe.Stage);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Some_hundred_damaged_files_are_read_or_refused_within_bounds(string target) => Run(target, Short);

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Length", "Long")]
    public void Many_thousand_damaged_files_are_read_or_refused_within_bounds(string target) => Run(target, Long);

    private void Run(string target, int mutations)
    {
        var run = new FuzzRun(target, corpus.Seeds(target), Seed);
        run.Run(mutations);
        output.WriteLine(run.ToString());
        Assert.Equal(mutations, run.Accepted + run.Refused);
        // Damage that all ends at the first check would say nothing of what lies behind it.
        Assert.True(run.Deep >= mutations / 5 && run.Refused >= mutations / 5, run.ToString());
    }
}
