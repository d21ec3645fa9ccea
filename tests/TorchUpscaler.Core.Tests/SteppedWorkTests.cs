namespace TorchUpscaler.Core.Tests;

/// <summary>Work in steps. No time is measured: pieces that are long are far longer than a step, and short ones take none.</summary>
public class SteppedWorkTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(0.2);

    [Fact]
    public void The_share_grows_and_is_1_only_when_nothing_is_left()
    {
        var done = 0;
        using var work = new SteppedWork(Pieces(4, 10, () => done++, s_long), 40);
        Assert.False(work.HasBegun);
        List<double> shares = [];
        while (shares.LastOrDefault() < 1) shares.Add(work.Step());
        Assert.Equal(4, done);
        Assert.Equal(shares.Order(), shares);
        Assert.InRange(shares.Count, 4, 6);
        Assert.Equal(1, work.Step());
        Assert.False(work.IsRunning);
    }

    [Fact]
    public void Short_pieces_are_done_many_in_a_step()
    {
        using var work = new SteppedWork(Pieces(1000, 1, () => { }, TimeSpan.Zero), 1000);
        var steps = 1;
        while (work.Step() < 1) steps++;
        Assert.InRange(steps, 1, 500);
    }

    [Fact]
    public void A_device_is_waited_for_in_every_step_and_at_the_end()
    {
        var (asked, settled) = (0, 0);
        using var work = new SteppedWork(Pieces(6, 1, () => asked++, TimeSpan.Zero), 6, () =>
        {
            settled++;
            Thread.Sleep(s_long);
        });
        var steps = 0;
        for (; work.Step() < 1; steps++) Assert.Equal(steps + 1, settled);
        Assert.Equal(6, asked);
        Assert.Equal(steps + 1, settled);
        Assert.InRange(steps, 5, 7); // each piece takes the device longer than a step, as the first one has shown
    }

    [Fact]
    public void What_costs_the_device_nothing_and_takes_long_all_the_same_does_not_make_a_step_longer()
    {
        var done = 0;
        using var work = new SteppedWork(Pieces(5, 0, () => done++, s_long), 1, () => { });
        for (var step = 1; work.Step() < 1; step++) Assert.InRange(done, step - 1, step);
        Assert.Equal(5, done);
    }

    [Fact]
    public void After_a_failure_it_can_only_be_disposed()
    {
        using var work = new SteppedWork(Pieces(3, 1, () => throw new IOException("the disk is full"), TimeSpan.Zero), 3);
        Assert.Throws<IOException>(() => work.Step());
        Assert.False(work.IsRunning);
        Assert.Throws<InvalidOperationException>(() => work.Step());
        work.Dispose();
        Assert.Throws<ObjectDisposedException>(() => work.Step());
    }

    private static IEnumerable<long> Pieces(int count, long cost, Action piece, TimeSpan time)
    {
        for (var i = 0; i < count; i++)
        {
            yield return cost;
            Thread.Sleep(time);
            piece();
        }
    }
}
