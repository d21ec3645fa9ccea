using TorchUpscaler.Benchmarks.Rows;
using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Tests;

public class BenchOptionsTests
{
    [Fact]
    public void Without_options_every_row_is_measured()
    {
        var options = BenchOptions.Parse([]);

        Assert.Equal(BenchRow.All, options.Rows);
        Assert.Equal(5, options.Repeat(full: 5, quick: 2));
        Assert.InRange(options.Threads, 1, 2);
    }

    [Fact]
    public void Quick_leaves_out_what_takes_long_and_repeats_less()
    {
        var options = BenchOptions.Parse(["--quick"]);

        Assert.Equal(BenchRow.All.Where(row => !row.IsLarge), options.Rows);
        Assert.False(options.Wants(BenchRow.Large, BenchRow.Memory));
        Assert.Equal(2, options.Repeat(full: 5, quick: 2));
    }

    [Fact]
    public void Only_takes_rows_until_the_next_option_and_they_come_in_the_order_of_the_report()
    {
        var options = BenchOptions.Parse(["--only", "start", "onnx-256", "--rounds", "7", "--only", "memory", "--json", "out.json", "--threads", "4"]);

        Assert.Equal([BenchRow.OnnxSmall, BenchRow.Memory, BenchRow.Start], options.Rows);
        Assert.Equal(7, options.Repeat(full: 5, quick: 2));
        Assert.Equal(("out.json", 4), (options.JsonFile, options.Threads));
    }

    [Theory]
    [InlineData("the bench does not know '--fast'; see --help", "--fast")]
    [InlineData("--rounds wants a number from 1 to 1000, and '0' is none", "--rounds", "0")]
    [InlineData("--threads wants a number from 1 to 1000, and 'two' is none", "--threads", "two")]
    [InlineData("--rounds wants a word behind it; see --help", "--rounds")]
    [InlineData("--json wants a word behind it; see --help", "--json", "--quick")]
    [InlineData("--quick leaves large out, because it takes long; do without --quick", "--only", "large", "--quick")]
    public void Nonsense_is_refused_in_a_sentence(string sentence, params string[] arguments) =>
        Assert.Equal(sentence, Assert.Throws<InputException>(() => BenchOptions.Parse(arguments)).Message);

    [Fact]
    public void An_unknown_row_is_answered_with_the_known_ones()
    {
        var message = Assert.Throws<InputException>(() => BenchOptions.Parse(["--only", "gpu"])).Message;

        Assert.StartsWith("there is no row 'gpu'; the rows are onnx-256, torch-256, ", message, StringComparison.Ordinal);
        Assert.All(BenchRow.All, row => Assert.Contains(row.Name, message, StringComparison.Ordinal));
    }
}
