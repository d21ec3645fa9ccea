using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>What every implementation of <see cref="IBotApi"/> does against a Bot API server.</summary>
public abstract class BotApiContract : ClientContract, IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    private protected TemporaryFolder Folder { get; } = new();

    protected BotApiServer Server { get; private set; } = null!;

    protected IBotApi Api { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Server = await BotApiServer.Start();
        Api = Create(Options());
    }

    public virtual async Task DisposeAsync()
    {
        Api.Dispose();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>Those of a client of the server that waits only briefly before it tries again.</summary>
    protected BotApiOptions Options(BotApiServer? server = null) =>
        new() { Token = (server ?? Server).Token, ApiBaseUrl = (server ?? Server).Address, RetryDelay = TimeSpan.FromMilliseconds(5), Retries = 3 };

    /// <summary>A call that fails as a <see cref="BotApiException"/> of this kind.</summary>
    protected static async Task<BotApiException> Fails(BotError error, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<BotApiException>(call);
        Assert.True(error == failure.Error, $"expected {error}, got {failure.Error}: {failure.Message}");
        return failure;
    }

    protected static TextMessage Text(long chat, FormattedText text) => new() { Chat = chat, Text = text };

    private protected FileMessage FileOf(long chat, byte[] bytes, string name = "cat_x4.png") =>
        new() { Chat = chat, File = OutgoingFile.At(Folder.Write(Guid.NewGuid().ToString("N"), bytes), name) };
}
