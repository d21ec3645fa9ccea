using Microsoft.Extensions.Time.Testing;
using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>Tests that measure the process alone.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>Files pass through; they are never held.</summary>
[Collection(nameof(Alone))]
public abstract class StreamingContract : ClientContract
{
    [Fact]
    public async Task A_slow_download_of_20_MB_holds_up_nobody()
    {
        await using var server = await BotApiServer.Start();
        using var api = Create(new BotApiOptions { Token = server.Token, ApiBaseUrl = server.Address });
        var anna = server.AddPerson("Anna");
        var big = await api.GetFile(anna.SendDocument(new byte[20 << 20], "big.png").Document!.Id, default);
        var small = await api.GetFile(anna.SendDocument(new byte[1000], "small.png").Document!.Id, default);
        server.Faults.DownloadBytesPerSecond = 10_000;
        using var stop = new CancellationTokenSource();
        using var slow = new CountingStream();
        var downloading = api.Download(big, slow, 20 << 20, stop.Token);
        await slow.Moved;

        using var copy = new MemoryStream();
        for (var i = 0; i < 50; i++)
        {
            await api.SendMessage(new TextMessage { Chat = anna.Id, Text = $"{i}" }, default);
            if (i % 10 == 0) await api.Download(small, copy, 1000, default);
        }
        Assert.Equal((50, 5000), (anna.Chat.FromBot.Count, copy.Length));
        Assert.False(downloading.IsCompleted);
        Assert.InRange(slow.Count, 1, 19 << 20);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => downloading);
    }

    [Fact]
    public async Task Neither_an_upload_nor_a_download_holds_its_file_in_memory()
    {
        const int size = 25 << 20;
        await using var server = await BotApiServer.Start();
        using var folder = new TemporaryFolder();
        using var api = Create(new BotApiOptions { Token = server.Token, ApiBaseUrl = server.Address });
        var anna = server.AddPerson("Anna");
        var bytes = new byte[size];
        new Random(3).NextBytes(bytes);
        var path = folder.Write("big", bytes);
        var file = await api.GetFile(anna.SendDocument(bytes[..(19 << 20)], "big.png").Document!.Id, default);
        await Upload(); // what is made once is made now
        await Download();

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Upload();
        await Download();
        // Of 44 MB that pass both the client and the server of this process.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 8 << 20);

        async Task Upload() => Assert.Equal(size, (await api.SendDocument(new FileMessage { Chat = anna.Id, File = OutgoingFile.At(path, "big.png") }, default)).Document!.FileSize);

        async Task Download()
        {
            using var counted = new CountingStream();
            Assert.Equal(19 << 20, await api.Download(file, counted, 20 << 20, default));
            Assert.Equal(19 << 20, counted.Count);
        }
    }

    [Fact]
    public async Task An_upload_may_take_longer_than_any_patience_as_long_as_it_moves()
    {
        var clock = new FakeTimeProvider();
        await using var web = await LoopbackWeb.Start(async context =>
        {
            // After each megabyte ten seconds pass, until what is left may be with the system: then the client sees no more.
            var buffer = new byte[1 << 20];
            for (var i = 0; await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length; i++)
            {
                if (i < 25) clock.Advance(TimeSpan.FromSeconds(10));
            }
            await context.Response.Body.WriteAsync("""{"ok":true,"result":{"message_id":1,"chat":{"id":1}}}"""u8.ToArray());
        });
        using var folder = new TemporaryFolder();
        using var api = Client(web, clock);
        await api.SendDocument(new FileMessage { Chat = 1, File = OutgoingFile.At(folder.Write("a", new byte[40 << 20]), "a.png") }, default);
    }

    [Fact]
    public async Task A_local_server_may_take_long_to_pass_a_large_file_on()
    {
        var clock = new FakeTimeProvider();
        await using var web = await LoopbackWeb.Start(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            clock.Advance(TimeSpan.FromSeconds(300));
            await context.Response.Body.WriteAsync("""{"ok":true,"result":{"message_id":1,"chat":{"id":1}}}"""u8.ToArray());
        });
        using var folder = new TemporaryFolder();
        using var api = Client(web, clock);
        await api.SendDocument(new FileMessage { Chat = 1, File = OutgoingFile.At(folder.Write("a", new byte[40 << 20]), "a.png") }, default);
    }

    [Fact]
    public async Task An_upload_that_stands_still_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var web = await LoopbackWeb.Start(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var folder = new TemporaryFolder();
        using var api = Client(web, clock);
        var upload = api.SendDocument(new FileMessage { Chat = 1, File = OutgoingFile.At(folder.Write("a", new byte[20 << 20]), "a.png") }, default);
        while (!upload.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(60));
            await Task.Delay(10);
        }
        Assert.Equal(BotError.Unavailable, (await Assert.ThrowsAsync<BotApiException>(() => upload)).Error);
    }

    private IBotApi Client(LoopbackWeb web, TimeProvider clock) =>
        Create(new BotApiOptions { Token = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcW", ApiBaseUrl = web.Address, Retries = 0 }, clock);

    /// <summary>Counts what is written to it.</summary>
    private sealed class CountingStream : Stream
    {
        private readonly TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _count;

        internal long Count => Volatile.Read(ref _count);

        /// <summary>Ends with the first bytes.</summary>
        internal Task Moved => _moved.Task;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Interlocked.Add(ref _count, buffer.Length);
            _moved.TrySetResult();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush()
        {
            // Nothing is kept.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
