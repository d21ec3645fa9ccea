using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TorchUpscaler.BotServer;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Intake;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>
/// The whole bot against a Bot API server, with a store of its own and a worker that enlarges by repeating pixels. The bot can be
/// stopped and started again; the store stays.
/// </summary>
internal sealed class BotRig : IAsyncDisposable
{
    /// <summary>Rates that no test waits for.</summary>
    internal static readonly SendLimits NoRates = new()
    {
        Chat = new SendRate(10_000, TimeSpan.FromMilliseconds(1)),
        Group = new SendRate(10_000, TimeSpan.FromMilliseconds(1)),
        All = new SendRate(10_000, TimeSpan.FromMilliseconds(1)),
    };

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly IPictureCodec _codec = new VipsCodec();
    private readonly LogKeeper _logs = new();
    private readonly string? _location;
    private Running? _running;

    private BotRig(BotApiServer server, string? location) => (Server, _location) = (server, location);

    internal BotApiServer Server { get; }

    /// <summary>The store as the test sees it.</summary>
    internal IJobStore Store { get; private set; } = null!;

    internal BotData Data { get; private set; } = null!;

    internal BotMetrics Metrics => _running!.Metrics;

    /// <summary>What has been logged.</summary>
    internal IEnumerable<string> Log => _logs.Lines;

    internal TalkOptions Talk { get; set; } = new() { Terms = new PictureTerms("PNG, JPEG", 20 << 20, 50 << 20) };

    internal LifeOptions Life { get; set; } = new()
    {
        Terms = new PictureTerms("PNG, JPEG", 20 << 20, 50 << 20),
        Limits = new PictureLimits(1_000_000, 4_000_000),
        ProgressEvery = TimeSpan.FromMilliseconds(200),
        DeliveryRest = TimeSpan.FromMilliseconds(50),
    };

    internal IntakeOptions Intake { get; set; } = new()
    {
        PollTime = TimeSpan.FromSeconds(5),
        ConflictRest = TimeSpan.FromMilliseconds(50),
        FirstRest = TimeSpan.FromMilliseconds(20),
        AlbumQuiet = TimeSpan.FromMilliseconds(300),
    };

    internal SendLimits Rates { get; set; } = NoRates;

    internal QueueOptions Queue { get; private set; } = new() { Lease = TimeSpan.FromSeconds(5), RetryAfter = TimeSpan.Zero, SecondsPerMegapixel = 1 };

    /// <summary>Whether updates are posted: nothing is asked for then.</summary>
    internal bool HasWebhook { get; set; }

    /// <summary>The database's file.</summary>
    internal string Database => Path.Combine(_folder.Root, "queue", "queue.db");

    /// <summary>Whether jobs are done.</summary>
    internal bool HasWorker { get; set; } = true;

    internal static async Task<BotRig> Start(Action<BotRig>? set = null, TimeSpan? lease = null, string? location = null, BotServerOptions? server = null)
    {
        var rig = new BotRig(await BotApiServer.Start(server), location);
        if (lease is { } time) rig.Queue = rig.Queue with { Lease = time };
        rig.Server.Limits.Mode = RateLimitMode.Off;
        rig.Store = rig.OpenStore();
        rig.Data = BotData.Open(rig.Store, await rig.BotId());
        set?.Invoke(rig);
        await rig.StartBot();
        return rig;
    }

    /// <summary>Starts the bot, as a process that has just come up would.</summary>
    internal async Task StartBot()
    {
        Assert.Null(_running);
        var store = OpenStore();
        var api = Client();
        var sending = Client(retries: 0);
        var sender = new SendScheduler(Line(sending), Rates);
        var data = BotData.Open(store, await BotId());
        var metrics = new BotMetrics();
        var folders = new ModelFolders(_folder.Root);
        var tools = new BotTools(api, sender, store, data, _codec, new PictureCheck(_codec, folders, new ModelChooser(folders), Life.Limits, null), metrics, TimeProvider.System, _logs);
        var conversation = new Conversation(await api.GetMe(None), store, data, sender, Talk, new Repeats(data, sender, Talk.Terms, metrics).Answer, TimeProvider.System);
        var bot = new Bot(new BotOptions { Life = Life, Intake = Intake, HasWebhook = HasWebhook }, tools, Handle ?? conversation.Handle, []);
        var stop = new CancellationTokenSource();
        var worker = HasWorker ? new PixelWorker(_codec, OpenStore(), Release) : null;
        var begun = new TaskCompletionSource();
        var talking = bot.Run(_ =>
        {
            begun.TrySetResult();
            return Task.CompletedTask;
        }, stop.Token);
        _running = new Running(bot, api, sending, sender, store, metrics, stop, talking, worker, begun.Task);
        await Task.WhenAny(begun.Task, Task.Delay(300));
    }

    /// <summary>What is done with updates instead of the conversation, or null.</summary>
    internal UpdateHandler? Handle { get; set; }

    /// <summary>What stands between the bot and the line that it sends on.</summary>
    internal Func<IBotApi, IBotApi> Line { get; set; } = api => api;

    /// <summary>What the worker keeps as long as it is not set: pictures whose names begin with <c>holds</c>.</summary>
    internal ManualResetEventSlim Release { get; } = new();

    internal Bot Bot => _running!.Bot;

    /// <summary>The bot's name as a holder of leases.</summary>
    internal string Owner => _running!.Store.Owner;

    internal Task Talking => _running!.Talking;

    /// <summary>Stops the bot, as a signal does.</summary>
    internal async Task StopBot()
    {
        var running = Interlocked.Exchange(ref _running, null);
        if (running is null) return;
        await running.Stop.CancelAsync();
        running.Worker?.Dispose();
        await running.Talking.WaitAsync(TimeSpan.FromSeconds(30));
        await running.Sender.DisposeAsync();
        running.Bot.Dispose();
        running.Api.Dispose();
        running.Sending.Dispose();
        running.Metrics.Dispose();
        running.Store.Dispose();
        running.Stop.Dispose();
    }

    internal IJobStore OpenStore() => JobStores.Open(_location ?? Path.Combine(_folder.Root, "queue"), _folder.Root, Queue);

    internal BotClient Client(int retries = 3) => new(new BotApiOptions { Token = Server.Token, ApiBaseUrl = Server.Address, Retries = retries, RetryDelay = TimeSpan.FromMilliseconds(5) });

    /// <summary>Ends a job that is worked on as a worker would: with a result.</summary>
    internal void Finish(Job job)
    {
        var path = Path.Combine(Store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(path, TestPictures.Png(20, 20));
        Assert.True(Store.Finish(job.Claim, new FinishedPicture(path, 20, 20, "pixels", null, 0.1)));
    }

    /// <summary>How somebody wants results from now on.</summary>
    internal void Set(BotServer.World.Person person, ReplyAs replyAs, int scale = 2)
    {
        Data.People.Meet(person.Id, person.Language, isPrivate: true);
        Data.People.Set(new Telegram.Data.Person { Id = person.Id, ReplyAs = replyAs, Scale = scale });
    }

    /// <summary>So many results are there.</summary>
    internal static Task WhenResults(ServerChat chat, int count) =>
        Until(() => chat.FromBot.Count(message => message.Document is not null || message.Photo.Count > 0) >= count, $"{count} results are there");

    /// <summary>A picture that takes some bytes.</summary>
    internal static byte[] Noise(int width, int height, bool isHalfThere = false)
    {
        var random = new Random(7);
        return TestPictures.Png(width, height, (x, y) => (byte)((x + y) / 2 + random.Next(24)), isHalfThere);
    }

    /// <summary>What the worker makes of a picture.</summary>
    internal static byte[] Enlarged(byte[] png, int scale)
    {
        using var folder = new TemporaryFolder();
        return PixelWorker.Enlarge(new VipsCodec(), folder.Write("in.png", png), Path.Combine(folder.Root, "out.png"), scale, PictureFormat.Png);
    }

    /// <summary>All that was begun has ended, and has been told.</summary>
    internal Task WhenDone() => Until(() => Server.WaitingUpdates == 0 && Data.Updates.Waiting == 0 && Data.Statuses.Open().Count == 0, "all is done and told");

    /// <summary>Waits until something is so.</summary>
    internal static async Task Until(Func<bool> isSo, string what, TimeSpan? atMost = null)
    {
        var until = DateTime.UtcNow + (atMost ?? TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            Assert.True(DateTime.UtcNow < until, $"waited in vain until {what}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopBot();
        Store.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
        _logs.Dispose();
        Release.Dispose();
    }

    private async Task<long> BotId()
    {
        using var api = Client();
        return (await api.GetMe(None)).Id;
    }

    private sealed record Running(
        Bot Bot, BotClient Api, BotClient Sending, SendScheduler Sender, IJobStore Store, BotMetrics Metrics, CancellationTokenSource Stop, Task Talking, PixelWorker? Worker, Task Begun);

    /// <summary>Keeps what is logged.</summary>
    private sealed class LogKeeper : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        internal IEnumerable<string> Lines => _lines;

        public void AddProvider(ILoggerProvider provider)
        {
            // This one is enough.
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
            // Nothing to dispose.
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
