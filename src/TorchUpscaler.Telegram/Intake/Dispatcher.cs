using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Life;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Intake;

/// <summary>
/// Handles what is in the inbox: each chat's updates one after the other, chats beside each other. What fails is tried again some
/// times and then set aside, and so is what the process died over; outages of the store or of Telegram are waited out.
/// </summary>
internal sealed partial class Dispatcher(
    BotData data, UpdateInbox inbox, UpdateHandler handle, IntakeOptions options, BotMetrics metrics, TimeProvider clock, ILogger<Dispatcher> log) : IDisposable
{
    private const int AtATime = 200;
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, ChatLine> _lines = [];
    private readonly ConcurrentDictionary<Task, bool> _working = [];
    private readonly SemaphoreSlim _chats = new(options.Chats);
    private readonly Pulse _ended = new();
    private int _inMemory;

    /// <summary>Handles until it is stopped; what is being handled then has some seconds to end.</summary>
    internal async Task Run(CancellationToken stop)
    {
        using var breakOff = new CancellationTokenSource();
        long last = 0;
        while (!stop.IsCancellationRequested)
        {
            var (arrived, ended) = (inbox.Arrived.Next, _ended.Next);
            try
            {
                var room = Math.Min(AtATime, options.MostInMemory - Volatile.Read(ref _inMemory));
                var updates = room <= 0 ? [] : await Task.Run(() => data.Updates.Read(last, room), CancellationToken.None).ConfigureAwait(false);
                foreach (var update in updates) Enqueue(update, stop, breakOff.Token);
                if (updates.Count > 0) last = updates[^1].Number;
                await Task.Run(() => FetchMore(last, stop, breakOff.Token), CancellationToken.None).ConfigureAwait(false);
                if (updates.Count == room && room > 0) continue;
            }
            catch (StoreUnavailableException)
            {
                // Said by whoever writes; here it is only looked at again.
            }
            await Task.WhenAny(arrived, ended, Task.Delay(IdleWait, clock, stop)).ConfigureAwait(false);
        }
        var all = Task.WhenAll(_working.Keys);
        await Task.WhenAny(all, Task.Delay(options.StopPatience, clock, CancellationToken.None)).ConfigureAwait(false);
        await breakOff.CancelAsync().ConfigureAwait(false);
        await all.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _chats.Dispose();

    // Whoever sends more than can be answered waits in the store, and fills no memory that others need.
    private void Enqueue(StoredUpdate update, CancellationToken stop, CancellationToken breakOff)
    {
        lock (_gate)
        {
            if (!_lines.TryGetValue(update.Chat, out var line)) _lines.Add(update.Chat, line = new ChatLine());
            if (line.HasMore || line.IsFull) line.HasMore = true;
            else Hold(update, line, stop, breakOff);
        }
    }

    // The next ones of the chats of which little is held any more. Only what has been looked at already, so that nothing comes twice.
    private void FetchMore(long upTo, CancellationToken stop, CancellationToken breakOff)
    {
        List<(long Chat, ChatLine Line)> low;
        lock (_gate) low = [.. _lines.Where(pair => pair.Value.IsLow).Select(pair => (pair.Key, pair.Value))];
        foreach (var (chat, line) in low)
        {
            var updates = data.Updates.Read(chat, line.Last, upTo, ChatLine.Most / 2);
            lock (_gate)
            {
                line.HasMore = updates.Count == ChatLine.Most / 2;
                foreach (var update in updates) Hold(update, line, stop, breakOff);
                if (line is { IsEmpty: true, IsBusy: false, HasMore: false }) _lines.Remove(chat);
            }
        }
    }

    private void Hold(StoredUpdate update, ChatLine line, CancellationToken stop, CancellationToken breakOff)
    {
        Interlocked.Increment(ref _inMemory);
        line.Add(update, clock.GetTimestamp());
        if (line.IsBusy) return;
        line.IsBusy = true;
        var work = Task.Run(() => WorkOn(update.Chat, line, stop, breakOff), CancellationToken.None);
        _working[work] = true;
        work.ContinueWith(done => _working.TryRemove(done, out _), TaskScheduler.Default);
    }

    private async Task WorkOn(long chat, ChatLine line, CancellationToken stop, CancellationToken breakOff)
    {
        while (!stop.IsCancellationRequested)
        {
            IReadOnlyList<StoredUpdate> updates;
            TimeSpan wait;
            lock (_gate)
            {
                if (line.IsEmpty)
                {
                    line.IsBusy = false;
                    if (!line.HasMore) _lines.Remove(chat);
                    return;
                }
                (updates, wait) = line.Next(options.AlbumQuiet, clock);
            }
            if (updates.Count == 0)
            {
                await clock.Rest(wait, stop).ConfigureAwait(false);
                continue;
            }
            if (!await HandleInTurn(updates, stop, breakOff).ConfigureAwait(false)) return;
            lock (_gate) line.Remove(updates);
            Interlocked.Add(ref _inMemory, -updates.Count);
            _ended.Set();
        }
    }

    /// <returns>False where the process is to end: they stay for the next one.</returns>
    private async Task<bool> HandleInTurn(IReadOnlyList<StoredUpdate> updates, CancellationToken stop, CancellationToken breakOff)
    {
        for (var (attempt, outages) = (updates.Max(update => update.Attempts), 0); ;)
        {
            if (stop.IsCancellationRequested) return false;
            Outcome outcome;
            try
            {
                await _chats.WaitAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            try
            {
                outcome = await Try(updates, attempt, breakOff).ConfigureAwait(false);
            }
            finally
            {
                _chats.Release();
            }
            if (outcome is Outcome.Done or Outcome.SetAside) return true;
            if (outcome == Outcome.BrokenOff) return false;
            if (outcome == Outcome.Failed) attempt++;
            outages = outcome == Outcome.Outage ? outages + 1 : 0;
            await clock.Rest(Waits.After(outcome == Outcome.Outage ? outages : attempt, options.FirstRest, options.LongestRest), stop).ConfigureAwait(false);
        }
    }

    private async Task<Outcome> Try(IReadOnlyList<StoredUpdate> stored, int attempt, CancellationToken breakOff)
    {
        var numbers = stored.Select(update => update.Number).ToList();
        var hasBegun = false;
        try
        {
            if (attempt >= options.Attempts)
            {
                data.Updates.Fail(numbers);
                LogSetAside(stored[0].Id, attempt);
                metrics.Handled("set aside");
                TellSetAside(stored[0]); // last: whatever it is, it is not looked at again
                return Outcome.SetAside;
            }
            var updates = stored.Select(update => UpdateReader.Read(update.Json)).OfType<Update>().ToList();
            foreach (var update in updates)
                if (update.Defect is { } defect) LogDefect(update.Id, defect);
            updates.RemoveAll(update => !IsOfUse(update));
            if (updates.Count > 0)
            {
                data.Updates.Begin(numbers);
                hasBegun = true;
                await handle(updates, breakOff).ConfigureAwait(false);
            }
            data.Updates.Done(numbers);
            metrics.Handled("done");
            return Outcome.Done;
        }
        catch (OperationCanceledException) when (breakOff.IsCancellationRequested)
        {
            Return(numbers, hasBegun);
            return Outcome.BrokenOff;
        }
        catch (Exception error) when (error is StoreUnavailableException or BotApiException { IsTransient: true })
        {
            LogOutage(stored[0].Id, error.Message);
            Return(numbers, hasBegun);
            return Outcome.Outage;
        }
#pragma warning disable CA1031 // an update can be anything; whatever it breaks, the others go on
        catch (Exception error)
#pragma warning restore CA1031
        {
            // What the update says is nobody's business: where it went wrong tells enough.
            LogFailed(stored[0].Id, error.GetType().Name, error.StackTrace);
            return Outcome.Failed;
        }
    }

    private void TellSetAside(StoredUpdate stored)
    {
        try
        {
            if (UpdateReader.Read(stored.Json) is not { } update || Regrets.For(update, data) is not { } text) return;
            data.Outbox.Add([(string.Create(CultureInfo.InvariantCulture, $"set aside {stored.Number}"), text)], "set aside", SendPriority.Result);
        }
#pragma warning disable CA1031 // an update can be anything; this one has ended all the same
        catch (Exception error) when (error is not StoreUnavailableException)
#pragma warning restore CA1031
        {
            LogFailed(stored.Id, error.GetType().Name, error.StackTrace);
        }
    }

    private void Return(List<long> numbers, bool hasBegun)
    {
        try
        {
            if (hasBegun) data.Updates.Return(numbers);
        }
        catch (StoreUnavailableException)
        {
            // One attempt too many is counted.
        }
    }

    private static bool IsOfUse(Update update) =>
        update.Message is not null || update.EditedMessage is not null || update.CallbackQuery is not null || update.MyChatMember is not null;

    [LoggerMessage(LogLevel.Error, "Update {Update} is set aside after {Attempts} attempts")]
    private partial void LogSetAside(long update, int attempts);

    [LoggerMessage(LogLevel.Warning, "A part of update {Update} is not what the Bot API describes, and is left out: {Defect}")]
    private partial void LogDefect(long update, string defect);

    [LoggerMessage(LogLevel.Warning, "Update {Update} is handled again later: {Reason}")]
    private partial void LogOutage(long update, string reason);

    [LoggerMessage(LogLevel.Error, "Handling update {Update} failed: {Type}\n{Trace}")]
    private partial void LogFailed(long update, string type, string? trace);

    private enum Outcome
    {
        Done,
        SetAside,
        Failed,
        Outage,
        BrokenOff,
    }
}
