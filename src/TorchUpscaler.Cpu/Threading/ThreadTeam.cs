namespace TorchUpscaler.Cpu.Threading;

/// <summary>
/// A few threads that do the items of one job together. The caller is one of them and returns when all items are done.
/// Jobs follow each other within microseconds, so a thread that has nothing to do spins for a moment before it sleeps.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _helpers;
    private readonly SemaphoreSlim[] _wake; // one a helper: none can take the permit that another is to wake by
    private readonly int[] _asleep;         // one a helper: 1 while it waits, or is about to; whoever makes it 0 owes or saves a permit
    private Action<int, int>? _body;
    private int _items;
    private int _next;       // the next item that nobody has taken
    private int _busy;       // helpers that have not finished the current job
    private volatile int _job;
    private volatile bool _stopped;
    private Exception? _failure;

    /// <param name="threads">Threads that compute, the caller among them.</param>
    public ThreadTeam(int threads)
    {
        Threads = threads;
        _helpers = new Thread[threads - 1];
        _asleep = new int[_helpers.Length];
        _wake = new SemaphoreSlim[_helpers.Length];
        for (var i = 0; i < _wake.Length; i++) _wake[i] = new SemaphoreSlim(0);
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
    public void Run(int items, Action<int, int> body)
    {
        if (items <= 1 || _helpers.Length == 0)
        {
            for (var item = 0; item < items; item++) body(item, 0);
            return;
        }

        _body = body;
        _items = items;
        _failure = null;
        Volatile.Write(ref _next, 0);
        Volatile.Write(ref _busy, _helpers.Length);
        Interlocked.Increment(ref _job); // a full fence: a helper that goes to sleep now sees the job, or is woken below
        WakeSleepers();

        Work(body, 0);
        var spinner = new SpinWait();
        while (Volatile.Read(ref _busy) > 0) spinner.SpinOnce(sleep1Threshold: -1);
        _body = null;
        if (_failure is { } failure) throw new InvalidOperationException("a worker thread failed", failure);
    }

    public void Dispose()
    {
        _stopped = true;
        Interlocked.Increment(ref _job);
        WakeSleepers();
        foreach (var helper in _helpers) helper.Join();
        foreach (var wake in _wake) wake.Dispose();
    }

    private void WakeSleepers()
    {
        for (var i = 0; i < _asleep.Length; i++)
            if (Interlocked.Exchange(ref _asleep[i], 0) == 1) _wake[i].Release();
    }

    private void Help(int worker)
    {
        var seen = 0;
        while (true)
        {
            seen = WaitForJob(worker - 1, seen);
            if (_stopped) return;
            Work(_body!, worker);
            Interlocked.Decrement(ref _busy);
        }
    }

    private int WaitForJob(int helper, int seen)
    {
        for (var spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            if (_job != seen) return _job;
            Thread.SpinWait(8);
        }

        Interlocked.Exchange(ref _asleep[helper], 1);
        // A job that came meanwhile: either this takes the flag back, or Run has seen it and a permit is there.
        if (_job == seen || Interlocked.Exchange(ref _asleep[helper], 0) == 0) _wake[helper].Wait();
        return _job;
    }

    private void Work(Action<int, int> body, int worker)
    {
        try
        {
            while (true)
            {
                var item = Interlocked.Increment(ref _next) - 1;
                if (item >= _items) return;
                body(item, worker);
            }
        }
#pragma warning disable CA1031 // whatever a worker throws is thrown again by Run
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _next, _items);
            _failure = failure;
        }
    }
}
