using TorchUpscaler.Cpu.Threading;

namespace TorchUpscaler.Cpu.Tests.Threading;

public class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Every_job_is_done_however_the_threads_sleep_and_wake(int threads)
    {
        const int jobs = 600, items = 11;
        var done = new int[items];
        var all = new Thread(() =>
        {
            using var team = new ThreadTeam(threads);
            for (var job = 0; job < jobs; job++)
            {
                team.Run(items, (item, worker) =>
                {
                    if (worker < threads) Interlocked.Increment(ref done[item]);
                });
                if (job % 30 == 0) Thread.Sleep(1); // now and then the helpers have the time to fall asleep
            }
        });
        all.IsBackground = true;

        all.Start();
        var ended = all.Join(TimeSpan.FromMinutes(1));

        Assert.True(ended, $"{threads} threads: stuck after {done.Max()} of {jobs} jobs");
        Assert.All(done, times => Assert.Equal(jobs, times));
    }

    [Fact]
    public void What_an_item_throws_is_thrown_by_the_run_and_the_team_works_on()
    {
        using var team = new ThreadTeam(3);
        var done = 0;

        Assert.ThrowsAny<Exception>(() => team.Run(50, (item, _) => { if (item == 20) throw new InvalidOperationException("item 20"); }));
        team.Run(50, (_, _) => Interlocked.Increment(ref done));

        Assert.Equal(50, done);
    }
}
