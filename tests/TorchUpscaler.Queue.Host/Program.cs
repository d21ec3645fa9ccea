using TorchUpscaler.Queue.Host;

// A process of its own for the queue's tests, which they kill or put on a small disk: VERB ARGUMENTS…
var verbs = new Dictionary<string, Action<string[]>>(StringComparer.Ordinal)
{
    ["hold"] = HoldVerb.Run,
    ["claim-all"] = ClaimAllVerb.Run,
    ["full-disk"] = FullDiskVerb.Run,
    ["open"] = OpenVerb.Run,
};

if (args.Length == 0 || !verbs.TryGetValue(args[0], out var verb))
{
    Console.Error.WriteLine($"this program is started by tests, with one of: {string.Join(", ", verbs.Keys)}");
    return 2;
}
verb(args[1..]);
return 0;
