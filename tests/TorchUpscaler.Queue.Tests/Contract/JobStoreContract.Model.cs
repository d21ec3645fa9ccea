namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    private static readonly string[] People = ["anna", "berta", "carla"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_several_holders_do_the_store_is_as_the_model(int seed) => CompareWithModel(seed, operations: 150);

    [Fact]
    [Trait("Length", "Long")]
    public void Whatever_several_holders_do_for_long_the_store_is_as_the_model()
    {
        for (var seed = 100; seed < 160; seed++) CompareWithModel(seed, operations: 400);
    }

    private void CompareWithModel(int seed, int operations)
    {
        var random = new Random(seed);
        using var run = new ModelRun(Holders(NewLocation()), new QueueModel(Options, () => Clock.Milliseconds), random);
        var history = new List<string>();
        for (var n = 0; n < operations; n++)
        {
            var (what, expected, actual) = run.Do(random, Clock);
            history.Add(what);
            Assert.True(Equals(expected, actual), $"seed {seed}: the store says {actual ?? "nothing"}, the model {expected ?? "nothing"}, to the last of:\n{string.Join('\n', history)}");
            if (run.Difference() is { } difference) Assert.Fail($"seed {seed}: {difference}\nafter the last of:\n{string.Join('\n', history)}");
        }
        Assert.True(run.Claims > operations / 10, $"seed {seed} made {run.Claims} claims only");
    }

    private List<IJobStore> Holders(string location) => [.. Enumerable.Range(0, 3).Select(_ => JobStores.Open(location, WorkFolder, Options, Clock))];

    /// <summary>Stores that share a queue, and the model, that are asked the same.</summary>
    private sealed class ModelRun(IReadOnlyList<IJobStore> stores, QueueModel model, Random picking) : IDisposable
    {
        private readonly List<Claim> _claims = [new Claim(12345, 1)];

        internal int Claims => _claims.Count;

        internal (string What, object? Expected, object? Actual) Do(Random random, SetClock clock)
        {
            var store = stores[random.Next(stores.Count)];
            var (owner, claim, id) = (store.Owner, Any(_claims), Any(_claims).JobId);
            var job = New(People[random.Next(3)], (JobClass)random.Next(4));
            var (cost, yes) = (random.Next(1, 9), random.Next(2) == 0);
            var time = TimeSpan.FromSeconds(random.Next(1, 20));
            switch (random.Next(24))
            {
                case 0 or 1 or 2 or 3:
                    id = store.Submit(job, Picture(cost), new MemoryStream(Bytes(1)));
                    model.Submit(id, job, cost);
                    return ($"submit {job.Person} {job.Class} {cost}", null, null);
                case 4:
                    id = store.Receive(job);
                    model.Receive(id, job);
                    return ($"receive {job.Person} {job.Class}", null, null);
                case 5:
                    return ("claim received", model.ClaimReceived(owner), Note(store.ClaimReceived(FrontEnd)));
                case 6:
                    // Again what has come through is true once more; the model knows no lost answers.
                    if (store.Find(claim.JobId)?.InputFile is { } known && known.StartsWith($"{claim.JobId}-{claim.Attempt}-", StringComparison.Ordinal)) return ("nothing", null, null);
                    return ($"accept {claim} {cost}", model.Accept(claim, owner, cost), store.Accept(claim, Picture(cost), new MemoryStream(Bytes(1))));
                case 7 or 8 or 9 or 10:
                    return ("claim", model.Claim(owner), Note(store.Claim()));
                case 11:
                    return ($"claim before {job.Class} {job.Person} {cost}", model.ClaimBefore(job.Class, job.Person, cost, owner), Note(store.ClaimBefore(job.Class, job.Person, cost)));
                case 12 or 13:
                    return ($"renew {claim} {yes}", model.Renew(claim, owner, cost / 16.0, yes), store.Renew(claim, cost / 16.0, yes));
                case 14 or 15:
                    if (store.Find(claim.JobId)?.ResultFile is not null) return ("nothing", null, null);
                    return ($"finish {claim}", model.Finish(claim, owner), store.Finish(claim, Result(store, claim)));
                case 16:
                    yes = random.Next(4) == 0;
                    return ($"fail {claim} {yes}", model.Fail(claim, owner, yes), store.Fail(claim, "why", yes));
                case 17:
                    return ($"hand back {claim} {time}", model.HandBack(claim, owner, time), store.HandBack(claim, time));
                case 18:
                    return ($"cancel {id}", model.Cancel(id, yes), store.Cancel(id, yes));
                case 19:
                    return ($"retry {id}", model.Retry(id), store.Retry(id));
                case 20:
                    return ("claim delivery", model.ClaimDelivery(owner), Note(store.ClaimDelivery(FrontEnd)));
                case 21:
                    return ($"told {claim}", model.Told(claim, owner), store.Told(claim));
                case 22:
                    if (yes) return ($"weigh {job.Person} {1 << (cost % 3)}", null, Weigh(store, job.Person, 1 << (cost % 3)));
                    if (random.Next(5) == 0) return ($"erase {job.Person}", model.Erase(job.Person), store.Erase(job.Person));
                    if (random.Next(3) == 0) time = TimeSpan.FromMinutes(random.Next(60 * 8));
                    clock.Move(time);
                    return ($"after {time}", null, null);
                default:
                    clock.Move(time);
                    return random.Next(4) switch
                    {
                        0 => ("age", model.Age(), store.Age()),
                        1 => ("expire", model.Expire(), store.Expire()),
                        _ => ("rescue", model.RescueExpired(), store.RescueExpired()),
                    };
            }
        }

        /// <summary>The first row that differs from the model's.</summary>
        internal string? Difference()
        {
            var rows = stores[0].List(null, null, 1000).OrderBy(job => job.Id).ToList();
            if (rows.Count != model.Jobs.Count) return $"{rows.Count} rows instead of {model.Jobs.Count}";
            return rows.Zip(model.Jobs.OrderBy(job => job.Id)).Where(pair => Known(pair.First) != pair.Second)
                .Select(pair => $"row\n{Known(pair.First)}\ninstead of\n{pair.Second}").FirstOrDefault();
        }

        public void Dispose()
        {
            foreach (var store in stores) store.Dispose();
        }

        // What the model knows of a row.
        private static Job Known(Job row) => row with
        {
            InputFile = null,
            Width = 0,
            Height = 0,
            Work = "",
            ResultFile = null,
            ResultWidth = 0,
            ResultHeight = 0,
            ResultBytes = 0,
            ResultModel = null,
            Note = null,
        };

        private object? Weigh(IJobStore store, string person, double weight)
        {
            store.SetWeight(person, weight);
            model.SetWeight(person, weight);
            return null;
        }

        // The last ones more often: most of the older are void.
        private Claim Any(List<Claim> claims) => picking.Next(3) == 0 ? claims[picking.Next(claims.Count)] : claims[^picking.Next(1, Math.Min(5, claims.Count) + 1)];

        private long? Note(Job? job)
        {
            if (job is not null) _claims.Add(job.Claim);
            return job?.Id;
        }
    }
}
