namespace TorchUpscaler.Queue.Stores;

/// <summary>What is done from time to time by whoever comes first: taking back, ageing, ending, deleting.</summary>
internal abstract partial class SqlJobStore
{
    private const string CrashSentence = "the program broke down while it worked on the picture";
    private const int Batch = 100; // rows a transaction

    public void Hello(string about)
    {
        _isWorker = true;
        Write(work => work.Execute("hello", Timed(new { Owner, about = Accepted.Clean(about) })));
    }

    public int RescueDead()
    {
        var dead = LeaseOwners().Where(Folder.IsDead).ToList();
        return dead.Count == 0 ? 0 : Write(work => dead.Sum(owner => Rescue(work, owner)));
    }

    public int RescueExpired() => Write(work =>
        work.Single<bool>("rescue look", Timed(new { Lease = Milliseconds(Options.Lease) })) ? Rescue(work, null) : 0);

    public int Age() => InBatches(() => Write(work =>
    {
        work.Execute("lock clocks");
        var jobs = work.Query<Job>("to age", Timed(new { ago = Milliseconds(Options.AgeAfter), limit = Batch }));
        foreach (var job in jobs)
        {
            var higher = job.Class - 1;
            Refund(work, job);
            work.Execute("age", new { job.Id, Class = (int)higher, tag = StartTag(work, higher, job.Person, job.Cost) });
        }
        return jobs.Count;
    }));

    public int Expire() => InBatches(() => Write(work =>
    {
        work.Execute("lock clocks");
        var jobs = work.Query<Job>("expire", Timed(new { ago = Milliseconds(Options.ExpireAfter), limit = Batch }));
        foreach (var job in jobs) Refund(work, job);
        return jobs.Count;
    }));

    public int Clean()
    {
        var pictures = ErasePictures();
        var rows = Write(work => work.Execute("prune", Timed(new { ago = Milliseconds(Options.KeepRows) }))
            + work.Execute("prune workers", Timed(new { ago = Milliseconds(TimeSpan.FromDays(1)) })));
        Write(work =>
        {
            work.Execute("lock clocks");
            return work.Execute("prune tags");
        });
        return pictures + rows + Sweep();
    }

    public int Sweep() => LocalFile.Writing(Folder.Path, SweepMachine);

    // Short transactions: others wait for the clocks meanwhile.
    private static int InBatches(Func<int> batch)
    {
        int count, total = 0;
        do total += count = batch();
        while (count == Batch);
        return total;
    }

    private int ErasePictures()
    {
        var count = 0;
        IReadOnlyList<ErasedFiles> batch;
        do
        {
            batch = Write(work =>
            {
                var due = work.Query<ErasedFiles>("to erase", Timed(new { ago = Milliseconds(Options.KeepPictures), limit = Batch }));
                foreach (var job in due) work.Execute("erase", new { job.Id });
                return due;
            });
            // The rows no longer name them; should the process end here, the sweep finds them.
            var files = batch.SelectMany(job => job.Names).ToList();
            DeletePictures(files);
            count += files.Count;
        }
        while (batch.Count == Batch);
        return count;
    }

    private int Rescue(SqlWork work, string? dead) => work.Execute("rescue", Timed(new
    {
        dead,
        Options.Attempts,
        sentence = CrashSentence,
        retryAfter = Milliseconds(Options.RetryAfter),
    }));

    private sealed record ErasedFiles
    {
        public long Id { get; init; }

        public string? InputFile { get; init; }

        public string? ResultFile { get; init; }

        public IEnumerable<string> Names => new[] { InputFile, ResultFile }.OfType<string>();
    }
}
