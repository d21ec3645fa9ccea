namespace TorchUpscaler.Cpu.Threading;

/// <summary>
/// A few threads that do the items of one job together. The caller is one of them and returns when all items are done; it
/// waits for items, not for threads, so that a helper that the system has not woken yet, or has put aside for another
/// program, delays nobody. Jobs follow each other within microseconds, so a helper without work spins before it sleeps.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _helpers;
    private readonly object _gate = new();
    private volatile Job? _current; // the newest job; done when _current.Done equals its items
    private int _sleeping;          // helpers that wait at _gate
    private volatile bool _stopped;

    /// <param name="threads">Threads that compute, the caller among them.</param>
    public ThreadTeam(int threads)
    {
        Threads = threads;
        _helpers = new Thread[threads - 1];
        for (var i = 0; i < _helpers.Length; i++)
        {
            var worker = i + 1; // the caller is worker 0
            _helpers[i] = new Thread(() => Help(worker)) { IsBackground = true, Name = $"upscale {worker}" };
            _helpers[i].Start();
        }
    }

    /// <summary>Threads that compute, the caller among them.</summary>
    public int Threads { get; }

    /// <summary>Calls <paramref name="body"/> with every item (0 … items - 1) and the worker (0 … Threads - 1) that does it.</summary>
    /// <exception cref="InvalidOperationException">The body threw; its exception is the inner one. The other items may be left out.</exception>
    public void Run(int items, Action<int, int> body)
    {
        var job = new Job(items, body);
        if (items > 1 && _helpers.Length > 0) Announce(job);
        job.Work(0);
        var spinner = new SpinWait();
        while (!job.IsDone) spinner.SpinOnce(sleep1Threshold: -1);
        if (job.Failure is { } failure) throw new InvalidOperationException("a worker thread failed", failure);
    }

    public void Dispose()
    {
        _stopped = true;
        Announce(new Job(0, (_, _) => { }));
        foreach (var helper in _helpers) helper.Join();
    }

    private void Help(int worker)
    {
        Job? last = null;
        while (true)
        {
            last = WaitForJob(last);
            if (_stopped) return;
            last.Work(worker);
        }
    }

    private Job WaitForJob(Job? last)
    {
        for (var spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            if (_current is { } job && job != last) return job;
            Thread.SpinWait(8);
        }

        lock (_gate)
        {
            Interlocked.Increment(ref _sleeping); // a full fence: this thread sees the new job, or Announce sees this thread
            while (_current is null || _current == last) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleeping);
            return _current;
        }
    }

    /// <summary>Tells every helper of a new job, those that sleep too.</summary>
    private void Announce(Job job)
    {
        _current = job;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) == 0) return;
        lock (_gate) Monitor.PulseAll(_gate);
    }

    /// <summary>Items that anyone takes one by one. A helper that comes late finds none left.</summary>
    private sealed class Job(int items, Action<int, int> body)
    {
        private int _next; // the next item that nobody has taken
        private int _done; // items that are done

        public bool IsDone => Volatile.Read(ref _done) >= items;

        public Exception? Failure { get; private set; }

        public void Work(int worker)
        {
            while (true)
            {
                var item = Interlocked.Increment(ref _next) - 1;
                if (item >= items) return;
                try
                {
                    if (Failure is null) body(item, worker);
                }
#pragma warning disable CA1031 // whatever the body throws is thrown again by Run
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    Failure = failure;
                }

                Interlocked.Increment(ref _done);
            }
        }
    }
}
