using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TorchUpscaler.Core;
using TorchUpscaler.Queue.Stores.Sqlite;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>
/// The real worker on the real SQLite store, with an engine that takes simulated time. Pictures of S seconds are rows of S·100 pixels, so a
/// thousand seconds of work pass in a moment.
/// </summary>
internal sealed class Simulation : IDisposable
{
    internal const string FrontEnd = "test";
    private const double PixelsPerSecond = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("simulation-").FullName;
    private readonly SqliteJobStore _sqlite;
    private readonly QueueMetrics _metrics = new();
    private readonly PriorityQueue<Action, double> _events = new();
    private readonly CancellationTokenSource _stop = new();

    /// <param name="options">What the queue promises.</param>
    /// <param name="workerOptions">What the worker may use.</param>
    /// <param name="bytesPerPixel">Memory of a run.</param>
    /// <param name="misjudged">How many times slower pictures are taken to be until they have been measured.</param>
    internal Simulation(QueueOptions? options = null, WorkerOptions? workerOptions = null, long bytesPerPixel = 0, double misjudged = 1)
    {
        Work = new FakeWork(Clock) { BytesPerPixel = bytesPerPixel };
        WorkerOptions = workerOptions ?? new WorkerOptions();
        options = (options ?? new QueueOptions()) with { SecondsPerMegapixel = misjudged * Work.SecondsPerMegapixel };
        _sqlite = SqliteJobStore.Open(Path.Combine(_folder, "store"), options, Clock);
        Store = _sqlite;
        MakeModel("x4plus");
        Work.BeforeStep = _ => RunEvents();
    }

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal FakeWork Work { get; }

    internal FakeCodec Codec { get; } = new();

    /// <summary>The store that the worker gets; the test may put another one in front.</summary>
    internal IJobStore Store { get; set; }

    /// <summary>The store as others reach it.</summary>
    internal IJobStore Direct => _sqlite;

    /// <summary>Where the models are.</summary>
    internal string Folder => _folder;

    internal WorkerOptions WorkerOptions { get; }

    internal Func<IUpscaleEngine>? OpenEngine { get; set; }

    internal Func<IUpscaleEngine>? OpenFallback { get; set; }

    /// <summary>Whether simulated time passes, a second at a time, while the worker has nothing to step.</summary>
    internal bool PassesWhenIdle { get; set; }

    /// <summary>What ended the last run before it was told to end, or null.</summary>
    internal DeviceLostException? Lost { get; private set; }

    /// <summary>Hands in a picture that takes so many seconds.</summary>
    internal long Submit(string person, double seconds, JobClass jobClass = JobClass.Normal, string? name = null, string? model = null)
    {
        var width = (int)Math.Round(seconds * PixelsPerSecond);
        name ??= $"{person}{Guid.NewGuid():N}";
        using var file = new MemoryStream(FakeCodec.File(width, 1, name));
        return _sqlite.Submit(new NewJob(FrontEnd, person, name) { Class = jobClass, Model = model }, new CheckedPicture(width, 1, ".txt", "x4plus"), file);
    }

    /// <summary>Lets something happen at a time, before the first step that begins then or later.</summary>
    internal void At(double seconds, Action action) => _events.Enqueue(action, seconds);

    /// <summary>Runs the worker until all jobs have ended, the given simulated time is over, or its device is lost.</summary>
    internal void Run(double untilSeconds = double.PositiveInfinity)
    {
        using var worker = NewWorker();
        using var watchdog = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, watchdog.Token);
        Lost = null;
        var thread = new Thread(() =>
        {
            try
            {
                worker.Run(both.Token);
            }
            catch (DeviceLostException error)
            {
                Lost = error;
            }
        });
        thread.Start();
        var (steps, idle) = (0, 0);
        while (thread.IsAlive)
        {
            // Waiting, not busy: while it opens a picture or writes to the disk, no time passes.
            idle = steps == Work.Steps.Count && thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin) ? idle + 1 : 0;
            steps = Work.Steps.Count;
            if (PassesWhenIdle && idle >= 10)
            {
                Work.Pass(1);
                RunEvents();
            }
            if (Work.Now >= untilSeconds || (_events.Count == 0 && AllHaveEnded())) _stop.Cancel();
            thread.Join(20);
        }
        Assert.False(watchdog.IsCancellationRequested, "the simulation has not ended within two minutes");
    }

    /// <summary>Ends the run from within a step, at an exact simulated time.</summary>
    internal void Stop() => _stop.Cancel();

    internal Queue.Worker NewWorker() => new(
        Store, Codec, new ModelChooser(new ModelFolders(_folder)),
        new EngineSupply("fake", OpenEngine ?? (() => new FakeEngine(Work, "first")), OpenFallback),
        WorkerOptions, _metrics, Clock, NullLogger<Queue.Worker>.Instance);

    internal IReadOnlyList<Job> Jobs() => _sqlite.List(null, null, 100_000);

    internal Job Job(long id) => _sqlite.Find(id)!;

    /// <summary>The pictures in the order in which their runs began.</summary>
    internal IReadOnlyList<string> Order() => [.. Work.Steps.Where(step => step.IsFirst).Select(step => step.Name)];

    /// <summary>Simulated seconds that were worked for each person, whose names begin the pictures', before a time.</summary>
    internal double SecondsOf(string person, double before) =>
        Work.Steps.Count(step => step.At < before && step.Name.StartsWith(person, StringComparison.Ordinal)) * FakeWork.StepSeconds;

    public void Dispose()
    {
        _sqlite.Dispose();
        _metrics.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private bool AllHaveEnded() => _sqlite.Stats().Jobs.All(count => count.State is not (JobState.Received or JobState.Queued or JobState.Running));

    internal void RunEvents()
    {
        lock (_events)
        {
            while (_events.TryPeek(out var action, out var at) && at <= Work.Now)
            {
                _events.Dequeue();
                action();
            }
        }
    }

    /// <summary>Installs another model.</summary>
    internal void MakeModel(string name)
    {
        var shape = new RrdbNetShape(4, 3, 3, 4, 1, 2);
        var tensors = NetworkTensors.Of(shape).Select(tensor => new TensorToWrite(
            tensor.Name, TensorType.F32, tensor.Shape, () => new float[tensor.Shape.Aggregate(1L, (product, side) => product * side)])).ToList();
        SafetensorsWriter.Write(Path.Combine(_folder, name + ".safetensors"), tensors, new Dictionary<string, string>());
    }
}
