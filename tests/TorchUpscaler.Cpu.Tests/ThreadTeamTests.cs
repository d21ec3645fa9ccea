using TorchUpscaler.Cpu.Threading;

namespace TorchUpscaler.Cpu.Tests;

public class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_item_of_every_job_is_done_once_whether_helpers_spin_or_sleep(int threads)
    {
        using var team = new ThreadTeam(threads);
        var done = new int[97];
        for (var job = 0; job < 3000; job++)
        {
            team.Run(done.Length, (item, worker) =>
            {
                Assert.InRange(worker, 0, threads - 1);
                Interlocked.Increment(ref done[item]);
            });
            if (job % 100 == 0) Thread.Sleep(1); // long enough for the helpers to fall asleep
            Assert.All(done, count => Assert.Equal(job + 1, count));
        }
    }

    [Fact]
    public void What_a_worker_throws_comes_out_and_the_team_goes_on()
    {
        using var team = new ThreadTeam(3);
        var error = Assert.Throws<InvalidOperationException>(() => team.Run(10, (item, _) =>
        {
            if (item == 7) throw new FormatException("seven");
        }));
        Assert.IsType<FormatException>(error.InnerException);
        var sum = 0;
        team.Run(10, (item, _) => Interlocked.Add(ref sum, item));
        Assert.Equal(45, sum);
    }
}
