using System.Reflection;
using System.Text;
using TorchUpscaler.App.Service;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary>Those who watch the worker get their answer while the store is out.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_scrape_during_an_outage_answers_and_says_so()
    {
        var (store, outage) = OutStore.Create();
        using var page = new MetricsPage(new StoreLook(store, TimeProvider.System));
        Assert.Contains("torchupscaler_store_up 1\n", await Scrape(page), StringComparison.Ordinal);
        Assert.Contains("torchupscaler_jobs{", await Scrape(page), StringComparison.Ordinal);

        outage.IsOut = true;
        await Task.Delay(600); // as long as a look is taken for fresh
        var text = await Scrape(page);

        var values = text.Split('\n').Where(line => !line.StartsWith('#')).ToList();
        Assert.Contains("torchupscaler_store_up 0", values);
        Assert.Contains(values, line => line.StartsWith("process_working_set_bytes ", StringComparison.Ordinal));
        Assert.DoesNotContain(values, line => line.StartsWith("torchupscaler_jobs", StringComparison.Ordinal) || line.StartsWith("torchupscaler_oldest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_once_however_many_want_to_know()
    {
        var (store, outage) = OutStore.Create();
        outage.Hangs = new ManualResetEventSlim();
        var look = new StoreLook(store, TimeProvider.System);

        var answers = await Task.WhenAll(look.Ask(), look.Ask(), look.Ask());

        Assert.All(answers, answer => Assert.Equal((null, "the store does not answer"), answer));
        Assert.Equal(1, outage.Looks);
        outage.Hangs.Set();
    }

    private static async Task<string> Scrape(MetricsPage page)
    {
        using var text = new MemoryStream();
        await page.Write(text, CancellationToken.None);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>A store that can be looked into, be out, or hang.</summary>
    public class OutStore : DispatchProxy
    {
        private int _looks;

        internal bool IsOut { get; set; }

        internal ManualResetEventSlim? Hangs { get; set; }

        internal int Looks => _looks;

        internal static (IJobStore Store, OutStore Switch) Create()
        {
            var store = Create<IJobStore, OutStore>();
            return (store, (OutStore)(object)store);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.Equal("Stats", targetMethod!.Name);
            Interlocked.Increment(ref _looks);
            Hangs?.Wait();
            return IsOut ? throw new StoreUnavailableException("the server is gone", new IOException()) : new QueueStats([], 0, 0, []);
        }
    }
}
