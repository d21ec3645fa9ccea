using TorchUpscaler.Benchmarks.Measuring;

namespace TorchUpscaler.Benchmarks.Tests;

public class SpreadTests
{
    [Fact]
    public void Quantiles_lie_where_numpy_has_them()
    {
        // numpy.percentile([7, 1, 4, 2], [0, 25, 50, 75, 100])
        Assert.Equal(new Spread(4, 1, 1.75, 3, 4.75, 7), Spread.Of([7, 1, 4, 2]));
    }

    [Fact]
    public void One_run_is_all_of_its_spread() => Assert.Equal(new Spread(1, 3, 3, 3, 3, 3), Spread.Of([3]));

    [Fact]
    public void Nothing_has_no_spread() => Assert.Throws<ArgumentException>(() => Spread.Of([]));

    [Fact]
    public void A_slow_while_of_the_machine_does_not_touch_the_quotient_of_pairs()
    {
        double[] ours = [1, 10, 1, 1, 10], theirs = [3, 30, 3, 30, 30]; // twice both are slow, once only theirs is

        Assert.Equal(3, Spread.MedianOfQuotients(theirs, ours));
        Assert.Equal(30, Spread.MedianOf(theirs) / Spread.MedianOf(ours));
    }

    [Fact]
    public void Runs_without_a_partner_are_no_pairs() => Assert.Throws<ArgumentException>(() => Spread.MedianOfQuotients([1, 2], [1]));

    [Fact]
    public void A_log_numbers_rounds_for_everyone_by_himself()
    {
        var log = new RunLog();
        log.Add("a", "x", 1);
        log.Add("a", "y", 2);
        log.Add("a", "x", 3);
        log.Add("b", "x", 4);

        Assert.Equal([1, 1, 2, 1], log.Runs.Select(run => run.Round));
        Assert.Equal([1, 3], log.Of("a", "x"));
        Assert.Equal(2, log.MedianOf("a", "x"));
    }
}
