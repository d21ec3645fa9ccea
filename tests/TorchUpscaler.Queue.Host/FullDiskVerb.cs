namespace TorchUpscaler.Queue.Host;

/// <summary>
/// <c>full-disk FOLDER</c>: on a small disk, with a queue in <c>FOLDER/queue</c>, hands in and finishes jobs while the disk is full
/// and when it has room again, and says what became of each try.
/// </summary>
internal static class FullDiskVerb
{
    private const int PictureBytes = 100_000;

    internal static void Run(string[] arguments)
    {
        var folder = arguments[0];
        using var store = JobStores.Open(Path.Combine(folder, "queue"), folder, new QueueOptions());
        Submit(store);
        var job = store.Claim()!;
        var result = Path.Combine(store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(result, new byte[PictureBytes]);
        Tell("rename", () => $"{Finish(store, job, result)}"); // a rename takes no room, its commit may: see below

        Submit(store);
        job = store.Claim()!;
        result = Path.Combine(store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(result, new byte[PictureBytes]);

        var filler = Path.Combine(folder, "filler");
        Fill(filler);
        Tell("full submit", () => $"{Submit(store)}");
        Tell("full files", () => string.Join(' ', Directory.GetFiles(Path.Combine(folder, "queue", "pictures")).Select(Path.GetFileName).Order()));
        // The log grows with every commit until it needs a page that is not there.
        Tell("full writes", () => Repeat(() => store.SetWeight(new string('w', 200), 2)));
        Tell("full finish", () => $"{Finish(store, job, result)}");
        Tell("full state", () => $"{store.Find(job.Id)!.State}");

        File.Delete(filler);
        Tell("finish", () => $"{Finish(store, job, result)}");
        Tell("state", () => $"{store.Find(job.Id)!.State} {new FileInfo(store.FetchResult(store.Find(job.Id)!)!).Length}");
        Tell("submit", () => $"{store.Find(Submit(store))!.State}");
        Tell("jobs", () => string.Join(' ', store.List(null, null, 10).Select(each => each.State)));
    }

    private static long Submit(IJobStore store) =>
        store.Submit(new NewJob("test", "anna", "photo.jpg"), new CheckedPicture(1000, 1000, ".jpg", "x"), new MemoryStream(new byte[PictureBytes]));

    private static bool Finish(IJobStore store, Job job, string result) =>
        store.Finish(job.Claim, new FinishedPicture(result, 4000, 4000, "x", new string('n', 20_000), 1));

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 16, 1 << 12, 1 << 8, 1])
        {
            try
            {
                while (true) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // As full as it gets in such pieces.
            }
        }
    }

    private static string Repeat(Action action)
    {
        for (var count = 0; count < 1000; count++) action();
        return "never full";
    }

    private static void Tell(string what, Func<string> action)
    {
        string outcome;
        try
        {
            outcome = action();
        }
        catch (StoreUnavailableException error)
        {
            outcome = $"unavailable: {error.Message}";
        }
        Console.WriteLine($"{what}: {outcome}");
    }
}
