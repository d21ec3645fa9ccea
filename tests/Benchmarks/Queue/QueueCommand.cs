using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Benchmarks.Queue;

/// <summary><c>queue STORE…</c>: what a store bears. README has the rows.</summary>
internal static class QueueCommand
{
    private const int Jobs = 500;
    private const int PictureBytes = 50_000;
    private const int Few = 100, Many = 100_000;
    private const int Rounds = 200;
    private static readonly TimeSpan PretendedWork = TimeSpan.FromMilliseconds(50);

    internal static int Run(string[] locations)
    {
        if (locations is [])
        {
            Console.Error.WriteLine("name the stores: a folder that is to be made (SQLite), a PostgreSQL database that may be filled");
            return 2;
        }
        try
        {
            foreach (var location in locations) Measure(location);
            return 0;
        }
        catch (InputException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }

    private static void Measure(string location)
    {
        var work = Directory.CreateTempSubdirectory("queue-bench-").FullName;
        try
        {
            using var store = JobStores.Open(location, work, new QueueOptions());
            if (store.Stats().Jobs.Count > 0) throw new InputException($"{store.Description} has jobs already; name one that is empty");
            Console.WriteLine(store.Description);
            Console.WriteLine($"  disk: {DiskFlushes(location, work):0} flushes a second of 4 KB, one after another");
            Throughput(store);
            if (StoreDump.IsDatabase(location)) Workers(location, work);
            Latency(store, location);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // Every call is at least one durable commit: without this figure the others say nothing.
    private static double DiskFlushes(string location, string work)
    {
        var path = Path.Combine(StoreDump.IsDatabase(location) ? work : location, "flushes");
        var watch = Stopwatch.StartNew();
        const int flushes = 200;
        using (var file = new FileStream(path, FileMode.Create))
        {
            for (var i = 0; i < flushes; i++)
            {
                file.Write(new byte[4096]);
                file.Flush(flushToDisk: true);
            }
        }
        File.Delete(path);
        return flushes / watch.Elapsed.TotalSeconds;
    }

    private static void Throughput(IJobStore store)
    {
        var ids = new List<long>();
        PerSecond("submit (50 KB)", Jobs, i => ids.Add(Submit(store, i)));
        var claimed = new List<Job>();
        PerSecond("claim", Jobs, _ => claimed.Add(store.Claim()!));
        PerSecond("renew", Jobs, i => store.Renew(claimed[i].Claim, 0.5, true));
        PerSecond("finish (50 KB)", Jobs, i => Finish(store, claimed[i]));
        PerSecond("claim delivery and told", Jobs, i => store.Told(store.ClaimDelivery(ids[i])!.Claim));
    }

    private static void PerSecond(string what, int count, Action<int> call)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count; i++) call(i);
        Say(what, $"{count / watch.Elapsed.TotalSeconds:0} a second");
    }

    // Each with a store of its own, as processes have; the work itself is pretended, so that the store is what they share.
    private static void Workers(string location, string work)
    {
        double[] rates = [.. new[] { 1, 4 }.Select(workers => RateOf(workers, location, work))];
        Say("jobs of 50 ms a second, 1 worker", $"{rates[0]:0.0}");
        Say("the same, 4 workers", $"{rates[1]:0.0}, {rates[1] / rates[0]:0.00} times as many");
    }

    private static double RateOf(int workers, string location, string work)
    {
        using (var store = JobStores.Open(location, work, new QueueOptions()))
            for (var i = 0; i < 60 * workers; i++) Submit(store, i);
        var watch = Stopwatch.StartNew();
        var done = 0;
        var threads = Enumerable.Range(0, workers).Select(_ => new Thread(() =>
        {
            using var store = JobStores.Open(location, work, new QueueOptions());
            while (store.Claim() is { } job)
            {
                Thread.Sleep(PretendedWork);
                Finish(store, job);
                Interlocked.Increment(ref done);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return done / watch.Elapsed.TotalSeconds;
    }

    private static void Latency(IJobStore store, string location)
    {
        var few = Filled(store, location, Few);
        var many = Filled(store, location, Many - Few);
        foreach (var name in few.Keys)
            Say($"{name}, {Few} and {Many:N0} waiting", $"{few[name]:0.00} and {many[name]:0.00} ms, ratio {many[name] / few[name]:0.00}");
    }

    private static Dictionary<string, double> Filled(IJobStore store, string location, int count)
    {
        StoreDump.AddWaiting(location, count);
        return new Dictionary<string, double>
        {
            // Handed back between two measurements, so that as many wait all the time.
            ["claim"] = MedianMilliseconds(store.Claim, job => store.HandBack(job!.Claim, TimeSpan.Zero)),
            ["claim before a giant, nothing smaller"] = MedianMilliseconds(() => store.ClaimBefore(JobClass.Normal, "nobody", 0.5)),
            ["submit (50 KB)"] = MedianMilliseconds(() => Submit(store, 0)),
            ["place of the 50th"] = MedianMilliseconds(() => store.Place(StoreDump.First + 50)),
            ["stats"] = MedianMilliseconds(store.Stats),
        };
    }

    private static double MedianMilliseconds<T>(Func<T> call, Action<T>? undo = null)
    {
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var result = call();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            undo?.Invoke(result);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    private static long Submit(IJobStore store, int number)
    {
        using var bytes = new MemoryStream(new byte[PictureBytes]);
        var job = new NewJob("bench", string.Create(CultureInfo.InvariantCulture, $"person{number % 50}"), "photo.png");
        return store.Submit(job, new CheckedPicture(1000, 800, ".png", "x4plus"), bytes);
    }

    private static void Finish(IJobStore store, Job job)
    {
        var file = Path.Combine(store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(file, new byte[PictureBytes]);
        if (!store.Finish(job.Claim, new FinishedPicture(file, 4000, 3200, "x4plus", null, 30))) throw new InvalidOperationException($"job {job.Id} was lost");
    }

    private static void Say(string what, string figure) => Console.WriteLine($"  {what,-50} {figure}");
}
