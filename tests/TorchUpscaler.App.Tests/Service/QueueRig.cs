using System.Diagnostics;
using System.Globalization;
using System.Text;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Service;

/// <summary>
/// A queue whose workers are the real program, killed and frozen from outside. Pictures are of a few kinds; what each kind's result
/// must be is known from <c>upscale</c>.
/// </summary>
internal sealed class QueueRig : IDisposable
{
    internal const string FrontEnd = "test";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Workplace _here = new();
    private readonly string _models;
    private readonly string _location;
    private readonly Dictionary<(int, int), (byte[] Picture, byte[] Result)> _kinds = [];
    private readonly Dictionary<long, byte[]> _expected = [];
    private readonly List<WorkerProcess> _workers = [];

    /// <param name="models">A folder with small networks.</param>
    /// <param name="location">The store, or null: SQLite in a folder of the rig's own.</param>
    /// <param name="attempts">How many failures a job may have.</param>
    internal QueueRig(string models, string? location = null, int attempts = 1000)
    {
        _models = models;
        _location = location ?? _here.PathOf("queue");
        Options = new QueueOptions { Lease = TimeSpan.FromSeconds(2), Attempts = attempts, RetryAfter = TimeSpan.Zero };
        Store = JobStores.Open(_location, _here.PathOf("work-of-tests"), Options);
    }

    internal QueueOptions Options { get; }

    internal IJobStore Store { get; }

    internal string Folder => _here.Folder;

    /// <summary>Starts a worker process.</summary>
    internal WorkerProcess StartWorker()
    {
        string[] arguments =
        [
            "worker", "--store", _location, "--weights", _models, "--listen", "off", "--threads", "1", "--memory", "1GB",
            "--set", $"WorkFolder={_here.PathOf("work-of-workers")}", "--set", "Queue:Lease=00:00:02", "--set", "Queue:RetryAfter=00:00:00",
            "--set", string.Create(CultureInfo.InvariantCulture, $"Queue:Attempts={Options.Attempts}"),
        ];
        var worker = new WorkerProcess(arguments);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Hands in a picture of a size.</summary>
    internal long Submit(string person, int width, int height, JobClass jobClass = JobClass.Normal)
    {
        var (picture, result) = Kind(width, height);
        using var bytes = new MemoryStream(picture);
        var id = Store.Submit(new NewJob(FrontEnd, person, "photo.png") { Class = jobClass }, new CheckedPicture(width, height, ".png", "x4plus"), bytes);
        _expected.Add(id, result);
        return id;
    }

    /// <summary>Makes a picture of a size, and what must become of it, before time matters.</summary>
    internal (byte[] Picture, byte[] Result) Kind(int width, int height)
    {
        if (_kinds.TryGetValue((width, height), out var kind)) return kind;
        var picture = _here.Picture($"{width}x{height}.png", width, height);
        ProgramRun.Of("upscale", picture, "--weights", _models, "-o", _here.PathOf("expected.png"), "--force").ExitedWith(0);
        return _kinds[(width, height)] = (File.ReadAllBytes(picture), File.ReadAllBytes(_here.PathOf("expected.png")));
    }

    /// <summary>Waits until something is so, without disturbing the store much.</summary>
    internal static void Until(Func<bool> isSo, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(waited.Elapsed < Patience, $"waited in vain until {what}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Waits until no job waits or runs.</summary>
    internal void UntilAllHaveEnded()
    {
        for (var left = long.MaxValue; left > 0;)
        {
            var before = left;
            Until(() => (left = Left()) < before, $"another job has ended, of {before}");
        }
    }

    private long Left() => Store.Stats().Jobs.Where(count => count.State is JobState.Received or JobState.Queued or JobState.Running).Sum(count => count.Count);

    /// <summary>Every job is finished exactly once, with the right picture; nothing is stuck or left over.</summary>
    internal void AllIsAsItShouldBe(params long[] failed)
    {
        foreach (var worker in _workers) worker.Kill();
        var jobs = Store.List(null, null, 100_000);
        Assert.Equal(_expected.Keys.Order(), jobs.Select(job => job.Id).Order());
        Assert.All(jobs, job => Assert.Null(job.LeaseOwner));
        foreach (var job in jobs.Where(job => !failed.Contains(job.Id)))
        {
            Assert.Equal(JobState.Upscaled, job.State);
            var claimed = Store.ClaimDelivery(job.Id)!;
            Assert.True(_expected[job.Id].AsSpan().SequenceEqual(File.ReadAllBytes(Store.FetchResult(claimed)!)), $"the result of job {job.Id} is another one");
            Assert.True(Store.Told(claimed.Claim));
        }

        // What died left folders and perhaps files; a sweep after a lease leaves what rows name, and nothing else.
        Thread.Sleep(Options.Lease + TimeSpan.FromSeconds(0.5));
        Store.Clean();
        using (var onWorkersFolder = JobStores.Open(_location, _here.PathOf("work-of-workers"), Options)) onWorkersFolder.Sweep();
        Assert.DoesNotContain(
            Directory.GetDirectories(_here.Folder, "*-*", SearchOption.AllDirectories), folder => Path.GetFileName(Path.GetDirectoryName(folder)) == "work");
        var pictures = Path.Combine(_location, "pictures");
        if (!Directory.Exists(pictures)) return;
        var known = jobs.Select(job => Store.Find(job.Id)!).SelectMany(job => new[] { job.InputFile, job.ResultFile }).OfType<string>();
        Assert.Equal(known.Order(StringComparer.Ordinal), Directory.GetFiles(pictures).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Dispose();
        Store.Dispose();
        _here.Dispose();
    }
}

/// <summary>A worker as a process.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    internal WorkerProcess(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "torchupscaler.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("TORCHUPSCALER_WEIGHTS");
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said.</summary>
    internal string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    internal bool IsRunning => !_process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>Ends it as a crash does.</summary>
    internal void Kill()
    {
        if (!IsRunning) return;
        Signal("KILL");
        _process.WaitForExit();
    }

    /// <summary>Sends a signal: KILL, STOP, CONT, TERM.</summary>
    internal void Signal(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {_process.Id}"]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public void Dispose()
    {
        if (IsRunning) _process.Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_said) _said.AppendLine(line);
    }
}
