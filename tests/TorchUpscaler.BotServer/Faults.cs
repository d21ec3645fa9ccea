namespace TorchUpscaler.BotServer;

/// <summary>What can go wrong on the way.</summary>
public enum Fault
{
    /// <summary>500 with the Bot API's own words; nothing is done.</summary>
    ServerError,

    /// <summary>429 with a <c>retry_after</c> of three seconds; nothing is done.</summary>
    TooMany,

    /// <summary>400 with words that nobody knows; nothing is done.</summary>
    OddRefusal,

    /// <summary>502 with a page of HTML, as a proxy answers; nothing is done.</summary>
    BadGateway,

    /// <summary>The connection breaks while the call's body comes; nothing is done.</summary>
    CutRequest,

    /// <summary>The call is done and the connection breaks before the answer.</summary>
    LostAnswer,

    /// <summary>The call is done and the connection breaks in the middle of the answer.</summary>
    CutAnswer,

    /// <summary>An update comes twice.</summary>
    DuplicatedUpdate,

    /// <summary>Updates of one answer come out of their order.</summary>
    ReorderedUpdates,
}

/// <summary>Makes things go wrong: each kind with a probability, from a seed, or the next time.</summary>
public sealed class Faults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Fault, double> _shares = [];
    private readonly List<(Fault Fault, string Method)> _next = [];
    private readonly Dictionary<Fault, int> _counts = [];
    private Random _random = new(1);

    /// <summary>Bytes a second of what is answered, files too; null for no limit.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>Bytes a second of downloaded files alone; null for no limit of their own.</summary>
    public int? DownloadBytesPerSecond { get; set; }

    /// <summary>How long the server thinks before it does anything.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Begins the sequence of a seed.</summary>
    public void Seed(int seed)
    {
        lock (_gate) _random = new Random(seed);
    }

    /// <summary>Has a share of the calls, 0 to 1, go wrong.</summary>
    public void Set(Fault fault, double share)
    {
        lock (_gate) _shares[fault] = share;
    }

    /// <summary>Has the next call of a method go wrong, so many times; a file's download is <c>download</c>.</summary>
    public void Next(Fault fault, string method, int times = 1)
    {
        lock (_gate) _next.AddRange(Enumerable.Repeat((fault, method), times));
    }

    /// <summary>How often it has happened.</summary>
    public int Count(Fault fault)
    {
        lock (_gate) return _counts.GetValueOrDefault(fault);
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _shares.Clear();
            _next.Clear();
        }
    }

    internal bool Happens(Fault fault, string method)
    {
        lock (_gate)
        {
            var share = _shares.GetValueOrDefault(fault);
            if (!_next.Remove((fault, method)) && (share <= 0 || _random.NextDouble() >= share)) return false;
            _counts[fault] = _counts.GetValueOrDefault(fault) + 1;
            return true;
        }
    }

    internal void Shuffle<T>(List<T> items)
    {
        lock (_gate) _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items));
    }
}
