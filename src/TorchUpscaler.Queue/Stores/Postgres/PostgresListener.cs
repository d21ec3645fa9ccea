using System.Diagnostics;
using Npgsql;

namespace TorchUpscaler.Queue.Stores.Postgres;

/// <summary>Hears the database's notices that the queue has changed, and wakes who waits for one.</summary>
internal sealed class PostgresListener : IDisposable
{
    // Notices can be lost (by a pooler between here and the server, for one): whoever waits looks again after this time.
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromSeconds(1);

    private readonly PostgresServer _server;
    private readonly CancellationTokenSource _ended = new();
    private readonly object _waiting = new();
    private readonly Task _listening;
    private long _changes = 1; // the first look needs no notice

    internal PostgresListener(PostgresServer server)
    {
        _server = server;
        _listening = Task.Run(Listen);
    }

    /// <summary>See <see cref="IJobStore.WaitForChange"/>.</summary>
    internal long Wait(long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        var wait = atMost < PollInterval ? atMost : PollInterval;
        var waited = Stopwatch.StartNew();
        using var waking = cancellation.Register(Wake);
        lock (_waiting)
        {
            while (_changes == seen && !cancellation.IsCancellationRequested && !_ended.IsCancellationRequested)
            {
                var rest = wait - waited.Elapsed;
                if (rest <= TimeSpan.Zero || !Monitor.Wait(_waiting, rest)) break;
            }
            return _changes;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        Wake();
        _listening.Wait();
        _ended.Dispose();
    }

    private async Task Listen()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await HearUntilItBreaks();
            }
            catch (Exception)
            {
                // Closed; or whoever waits finds out what is the matter.
            }
            Changed();
            await Task.Delay(ReconnectAfter, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HearUntilItBreaks()
    {
        await using var connection = _server.ForListening();
        await connection.OpenAsync(_ended.Token);
        connection.Notification += (_, notice) =>
        {
            if (notice.Payload == _server.Schema) Changed();
        };
        await using (var command = new NpgsqlCommand("LISTEN torchupscaler_queue", connection)) await command.ExecuteNonQueryAsync(_ended.Token);
        Changed(); // what came before was not heard
        while (true) await connection.WaitAsync(_ended.Token);
    }

    private void Changed()
    {
        lock (_waiting)
        {
            _changes++;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Wake()
    {
        lock (_waiting) Monitor.PulseAll(_waiting);
    }
}
