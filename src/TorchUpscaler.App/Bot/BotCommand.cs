using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Service;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.App.Bot;

/// <summary><c>torchupscaler bot</c>: answers photos in Telegram, and enlarges them in the same process unless it is told not to.</summary>
/// <param name="codec">Reads and writes the pictures.</param>
/// <param name="settings">All settings.</param>
internal sealed partial class BotCommand(IPictureCodec codec, ServiceSettings settings)
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly BotSettings _own = settings.Bot;
    private readonly TimeProvider _clock = TimeProvider.System;
    private volatile string? _problem = "Telegram has not been reached yet";

    /// <summary>Works until it is stopped.</summary>
    /// <param name="stop">Cancelled by a signal.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">The token, a setting, the store or an address was refused.</exception>
    internal async Task<int> Run(CancellationToken stop)
    {
        var way = _own.Api();
        using var api = BotApis.Open(way, _clock);
        using var sending = BotApis.Open(way with { Retries = 0 }, _clock); // whose tries the scheduler counts
        var engine = Engines.Of(settings.Engine);
        using var store = settings.OpenStore();
        using var logs = OperatorLog.Create(settings);
        var log = logs.CreateLogger<BotCommand>();
        using var metrics = new QueueMetrics();
        using var botMetrics = new BotMetrics();
        using var worker = _own.HasWorker
            ? new Worker(store, codec, settings.Chooser(), engine.Supply(log), settings.Worker, metrics, _clock, logs.CreateLogger<Worker>())
            : null;
        TorchUpscaler.Telegram.Bot? bot = null;
        var look = new StoreLook(store, _clock);
        using var page = new MetricsPage(look);
        await using var monitoring = new Monitoring(new Health(() => worker?.Problem ?? _problem ?? bot?.Problem, store, look), page, logs);
        if (settings.Listen is { } address) await monitoring.Start(address);

        if (await Meet(api, log, stop) is not { } me) return ExitCodes.Done;
        await using var sender = new SendScheduler(sending, null, _clock, logs.CreateLogger<SendScheduler>());
        var data = BotData.Open(store, me.Id, _own.KeepSent);
        var talk = Talk();
        var conversation = new Conversation(me, store, data, sender, talk, new Repeats(data, sender, talk.Terms, botMetrics).Answer, _clock);
        var broadcasts = new Broadcasts(data, sender);
        var digest = new DailyDigest(data, new Digest(store, data), _own, _clock);
        var limits = new PictureLimits(settings.Worker.MaxInputPixels, settings.Worker.MaxOutputPixels);
        var tools = new BotTools(api, sender, store, data, codec, settings.Check(codec), botMetrics, _clock, logs);
        using var working = bot = new TorchUpscaler.Telegram.Bot(
            new BotOptions { Life = new LifeOptions { Terms = talk.Terms, Limits = limits, Downloads = _own.Downloads }, HasWebhook = _own.WebhookUrl is not null },
            tools, conversation.Handle, [broadcasts.TellProgress, _ => Task.Run(digest.TellWhenDue, CancellationToken.None)]);
        Talks(log, me.Username ?? "", me.Id, store.Description, store.Owner, _own.HasWorker ? $"enlarges with engine {engine.Name}" : "enlarges nothing itself");
        await using var housekeeper = new Housekeeper(store, metrics, logs.CreateLogger<Housekeeper>());
        housekeeper.Start();
        return await Work(bot, api, data.Flags, worker, logs, log, stop);
    }

    private async Task<int> Work(TorchUpscaler.Telegram.Bot bot, IBotApi api, Flags flags, Worker? worker, ILoggerFactory logs, ILogger log, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var thread = worker is null ? null : new WorkerThread(worker, logs.CreateLogger<WorkerThread>());
        await using var webhook = new WebhookServer(bot.Inbox, logs);
        using var stopping = ending.Token.Register(() =>
        {
            Stops(log);
            thread?.Stop();
        });
        var talking = bot.Run(leave => Begin(api, flags, webhook, log, leave), ending.Token);
        var wasToldTo = true;
        try
        {
            await Task.WhenAny(thread is null ? [talking] : [talking, thread.Ended]);
        }
        finally
        {
            await ending.CancelAsync();
            if (thread is not null) wasToldTo = await thread.Ended;
        }
        try
        {
            await talking;
        }
        catch (BotApiException error) when (error.Error == BotError.BadToken)
        {
            throw WrongToken(error);
        }
        Stopped(log);
        return wasToldTo ? ExitCodes.Done : ExitCodes.Failed;
    }

    // The bot itself, and no problem any more. Where Telegram cannot be reached at the moment, that is waited for.
    private async Task<User?> Meet(IBotApi api, ILogger log, CancellationToken stop)
    {
        User? me = null;
        try
        {
            await Insist(async () => me = await api.GetMe(stop), error => error.Error == BotError.BadToken, problem => _problem = problem, log, stop);
        }
        catch (BotApiException error)
        {
            throw WrongToken(error);
        }
        return me;
    }

    // From here on this process talks for the bot. Without its webhook it hears nothing; without its menu it works all the same.
    private async Task Begin(IBotApi api, Flags flags, WebhookServer webhook, ILogger log, CancellationToken stop)
    {
        if (_own.WebhookUrl is { } url)
        {
            await webhook.Start(_own.WebhookListen);
            try
            {
                await Insist(() => api.SetWebhook(new Webhook(url.AbsoluteUri, webhook.Secret), stop), IsFinal, problem => _problem = problem, log, stop);
            }
            catch (BotApiException error) when (!error.IsTransient)
            {
                throw new InputException($"the setting Bot:WebhookUrl: Telegram does not take {url.AbsoluteUri} ({error.Description}); give an https address that it reaches, such as https://example.org/bot", error);
            }
        }
        try
        {
            await Insist(() => CommandMenu.Register(api, flags, _own.Admins, stop), IsFinal, _ => { }, log, stop);
        }
        catch (BotApiException error) when (!error.IsTransient)
        {
            NoMenu(log, error.Message);
        }
    }

    private static bool IsFinal(BotApiException error) => error.Error == BotError.BadToken || !error.IsTransient;

    // Tried again until it succeeds, or fails finally.
    private async Task Insist(Func<Task> call, Func<BotApiException, bool> isFinal, Action<string?> tell, ILogger log, CancellationToken stop)
    {
        string? said = null;
        for (var rest = TimeSpan.FromSeconds(1); !stop.IsCancellationRequested; rest = rest * 2 < LongestRest ? rest * 2 : LongestRest)
        {
            try
            {
                await call();
                tell(null);
                return;
            }
            catch (Exception error) when (error is StoreUnavailableException || (error is BotApiException refusal && !isFinal(refusal)))
            {
                if (said != error.Message) Unreachable(log, error.Message);
                tell(said = error.Message);
                if (error is BotApiException { RetryAfter: { } asked } && asked > rest) rest = asked;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(rest, _clock, stop).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private TalkOptions Talk()
    {
        var folders = new ModelFolders(settings.Weights);
        var example = Path.Combine(AppContext.BaseDirectory, "before-after.jpg");
        return new TalkOptions
        {
            Admins = _own.Admins.ToHashSet(),
            Allowed = _own.Allowed.ToHashSet(),
            Quotas = _own.Quotas,
            MostWaiting = _own.MostWaiting,
            MostWaitingOfOne = _own.MostWaitingOfOne,
            Scale = _own.Scale,
            Terms = new PictureTerms(Formats(), _own.MaxFetchBytes, _own.MaxSendBytes),
            Example = File.Exists(example) ? example : null,
            Models = folders.Names,
        };
    }

    // As people call them.
    private string Formats()
    {
        (string Extension, string Name)[] known = [(".jpg", "JPEG"), (".png", "PNG"), (".webp", "WebP"), (".heic", "HEIC"), (".avif", "AVIF"), (".tif", "TIFF"), (".gif", "GIF")];
        return string.Join(", ", known.Where(format => codec.InputExtensions.Contains(format.Extension)).Select(format => format.Name));
    }

    private static InputException WrongToken(BotApiException error) =>
        new("Telegram does not know the bot's token, or it was revoked; copy it anew from @BotFather, whole", error);

    [LoggerMessage(LogLevel.Information, "Talks as @{Name} ({Id}) on {Store} as {Owner}; {Worker}")]
    private static partial void Talks(ILogger log, string name, long id, string store, string owner, string worker);

    [LoggerMessage(LogLevel.Warning, "Telegram, or the store, cannot be reached, and is tried again: {Reason}")]
    private static partial void Unreachable(ILogger log, string reason);

    [LoggerMessage(LogLevel.Warning, "The menu of commands stays as it was: {Reason}")]
    private static partial void NoMenu(ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "Told to stop; what is nearly done is finished, the rest waits for the next start")]
    private static partial void Stops(ILogger log);

    [LoggerMessage(LogLevel.Information, "Stopped")]
    private static partial void Stopped(ILogger log);
}
