using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchUpscaler.App.Service;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Service;

/// <summary>How the worker's thread ends, and what the operator reads then.</summary>
public sealed class WorkerThreadTests : IDisposable
{
    private readonly Workplace _here = new();
    private readonly Lines _log = new();

    [Fact]
    public async Task A_device_that_is_lost_ends_the_thread_as_failed_with_a_sentence_that_says_why()
    {
        Assert.False(await EndOf(() => throw new DeviceLostException("cuda:0 is lost: an illegal memory access was encountered", null)));

        var (level, text) = Assert.Single(_log.All);
        Assert.Equal(LogLevel.Critical, level);
        Assert.Equal("cuda:0 is lost: an illegal memory access was encountered; this process ends, as only a new one can use the device again", text);
    }

    private async Task<bool> EndOf(Func<IUpscaleEngine> open)
    {
        using var store = JobStores.Open(_here.PathOf("queue"), _here.PathOf("work"), new QueueOptions());
        using var metrics = new QueueMetrics();
        using var worker = new Worker(store, new VipsCodec(), new ModelChooser(new ModelFolders(_here.Folder)), new EngineSupply("fake", open),
            new WorkerOptions(), metrics, TimeProvider.System, NullLogger<Worker>.Instance);
        using var thread = new WorkerThread(worker, _log);
        return await thread.Ended.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public void Dispose() => _here.Dispose();

    private sealed class Lines : ILogger<WorkerThread>
    {
        internal ConcurrentQueue<(LogLevel, string)> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue((logLevel, formatter(state, exception)));
    }
}
