namespace TorchUpscaler.Queue.Tests;

/// <summary>What every <see cref="IJobStore"/> has to do. One class a store derives from it.</summary>
public abstract partial class JobStoreContract : IDisposable
{
    private protected const string FrontEnd = "test";
    private protected static readonly QueueOptions Options = new() { SecondsPerMegapixel = 1 };

    private readonly List<IJobStore> _opened = [];
    private readonly Lazy<string> _location;
    private readonly Lazy<IJobStore> _store;

    private protected JobStoreContract()
    {
        _location = new Lazy<string>(NewLocation);
        _store = new Lazy<IJobStore>(() => Open());
    }

    /// <summary>A folder of the test's own.</summary>
    private protected string Folder { get; } = Directory.CreateTempSubdirectory("queue-").FullName;

    /// <summary>Where the queue under test is.</summary>
    private protected string Location => _location.Value;

    /// <summary>The clock of the stores that are opened without another.</summary>
    private protected SetClock Clock { get; } = new();

    /// <summary>The store under test.</summary>
    private protected IJobStore Store => _store.Value;

    /// <summary>The folder of machines' folders.</summary>
    private protected string WorkFolder => Path.Combine(Folder, "work");

    /// <summary>The location of a queue that is not there yet.</summary>
    private protected abstract string NewLocation();

    /// <summary>Runs SQL behind the store's back.</summary>
    private protected abstract void Sql(string sql);

    /// <summary>The names of the pictures and results that take room, sorted.</summary>
    private protected abstract string[] PicturesKept();

    /// <summary>Takes away a stored picture behind the store's back.</summary>
    private protected abstract void Lose(string file);

    public virtual void Dispose()
    {
        foreach (var store in _opened) store.Dispose();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens another holder of the queue's leases.</summary>
    private protected IJobStore Open(QueueOptions? options = null)
    {
        var store = JobStores.Open(Location, WorkFolder, options ?? Options, Clock);
        _opened.Add(store);
        return store;
    }

    private protected static NewJob New(string person = "anna", JobClass jobClass = JobClass.Normal) => new(FrontEnd, person, "photo.jpg") { Class = jobClass };

    /// <summary>A picture that costs so many seconds, at one a megapixel.</summary>
    private protected static CheckedPicture Picture(int cost = 1) => new(1000, 1000 * cost, ".jpg", "x4plus");

    /// <summary>Bytes that are no others.</summary>
    private protected static byte[] Bytes(int seed, int count = 1000)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected long Submit(string person = "anna", JobClass jobClass = JobClass.Normal, int cost = 1) =>
        Store.Submit(New(person, jobClass), Picture(cost), new MemoryStream(Bytes(1)));

    private protected Job Get(long id) => Store.Find(id) ?? throw new InvalidOperationException($"there is no job {id}");

    private protected Job Claimed(IJobStore? store = null) => (store ?? Store).Claim() ?? throw new InvalidOperationException("nothing waits");

    /// <summary>A result as a worker would make it.</summary>
    private protected static FinishedPicture Result(IJobStore store, Claim claim, byte[]? bytes = null, double seconds = 0)
    {
        var path = Path.Combine(store.WorkFolder(claim), "result.png");
        File.WriteAllBytes(path, bytes ?? Bytes(2));
        return new FinishedPicture(path, 4000, 4000, "x4plus", "a note", seconds);
    }

    /// <summary>Takes a job through to its result.</summary>
    private protected long Upscaled(string person = "anna")
    {
        var id = Submit(person);
        var job = Claimed();
        Assert.Equal(id, job.Id);
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim)));
        return id;
    }

    /// <summary>The numbers in the order in which they are given out.</summary>
    private protected List<long> ClaimAll()
    {
        var order = new List<long>();
        while (Store.Claim() is { } job) order.Add(job.Id);
        return order;
    }

    /// <summary>Moves the clock in small steps while somebody looks for expired leases, as housekeeping does.</summary>
    private protected int WaitForRescue(TimeSpan time)
    {
        var rescued = 0;
        for (var step = TimeSpan.Zero; step < time; step += Options.Lease / 4)
        {
            Clock.Move(Options.Lease / 4);
            rescued += Store.RescueExpired();
        }
        return rescued;
    }
}
