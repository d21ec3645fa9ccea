using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TorchUpscaler.BotServer.Http;
using TorchUpscaler.BotServer.Methods;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer;

/// <summary>
/// A server on the loopback that behaves as Telegram's Bot API is described, with people who use it. Written from the public
/// description alone; shares nothing with the program.
/// </summary>
public sealed class BotApiServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ServerState _state;
    private readonly Router _router;
    private readonly WebhookSender _webhook;
    private readonly CallLog _log = new();
    private bool _isDisposed;
    private long _lastPerson = 1000;
    private long _lastGroup = -4000;

    private BotApiServer(BotServerOptions options)
    {
        _state = new ServerState(options);
        Limits = new RateLimits(options.Clock);
        _webhook = new WebhookSender(_state, Faults);
        _router = new Router(_state, Faults, Limits, _webhook, _log);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _web = builder.Build();
        _web.Run(_router.Handle);
    }

    /// <summary>Where it is: what the bot takes as the Bot API's address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The bot's token.</summary>
    public string Token => _state.Options.Token;

    /// <summary>The bot's user name.</summary>
    public string Username => _state.Options.Username;

    /// <summary>The folder in which a local server's files lie.</summary>
    public string Folder => _state.Folder;

    /// <summary>What goes wrong.</summary>
    public Faults Faults { get; } = new();

    /// <summary>How many messages are taken.</summary>
    public RateLimits Limits { get; }

    /// <summary>The calls that came, in their order.</summary>
    public IReadOnlyList<Call> Calls => _log.Calls;

    /// <summary>How many updates the bot has not confirmed.</summary>
    public int WaitingUpdates => _state.Updates.Count;

    /// <summary>How often the webhook's address has not taken an update.</summary>
    public int RefusedPosts => _webhook.Refused;

    /// <summary>Where the webhook's posts arrive, whatever its address: what ends TLS before the bot. Null: at the address.</summary>
    public Uri? WebhookProxy
    {
        get => _webhook.Proxy;
        set => _webhook.Proxy = value;
    }

    /// <summary>All chats.</summary>
    public IReadOnlyList<ServerChat> Chats => _state.Chats;

    /// <summary>The commands that were set, by scope and language (empty for all), as people see them.</summary>
    public IReadOnlyDictionary<(string Scope, string Language), string[]> Commands
    {
        get
        {
            lock (_state.Gate) return new Dictionary<(string, string), string[]>(_state.Commands);
        }
    }

    /// <summary>Starts a server at a free port.</summary>
    public static async Task<BotApiServer> Start(BotServerOptions? options = null)
    {
        var server = new BotApiServer(options ?? new BotServerOptions());
        await server._web.StartAsync();
        server.Address = new Uri(server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>Somebody who has Telegram and may write to the bot.</summary>
    public Person AddPerson(string firstName, string? language = "en", string? username = null) =>
        new(_state, Interlocked.Increment(ref _lastPerson), firstName, language, username);

    /// <summary>A group that the bot is in.</summary>
    public Group AddGroup(string title, params Person[] members) => new(_state, Interlocked.Decrement(ref _lastGroup), title, isSuper: false, members);

    /// <summary>A supergroup that the bot is in: answers carry the number of the message that they go back to.</summary>
    public Group AddSupergroup(string title, params Person[] members) => new(_state, Interlocked.Decrement(ref _lastGroup) - 1_000_000_000_000, title, isSuper: true, members);

    /// <summary>Puts an update of any JSON into the queue, for hostile tests.</summary>
    /// <param name="create">The JSON with the update's number.</param>
    /// <returns>The number.</returns>
    public long AddRawUpdate(Func<long, string> create) => _state.Updates.AddRaw(create);

    /// <summary>A file by its id, or null.</summary>
    public ServerFile? FindFile(string id) => _state.FindFile(id);

    /// <summary>Ends when the bot has asked for updates and waits, now or later.</summary>
    public Task WhenPolled() => _state.Updates.Polled.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Makes the token good no more.</summary>
    public void RevokeToken() => _router.IsRevoked = true;

    /// <summary>All chats as they look now.</summary>
    /// <param name="replacements">Patterns and what stands for them, for what differs from run to run.</param>
    public string Screens(params (string Pattern, string Replacement)[] replacements) =>
        string.Join('\n', Chats.Select(chat => $"== {chat.Title} ==\n{chat.Screen(replacements)}"));

    /// <summary>Ends the server.</summary>
    /// <exception cref="AggregateException">It failed at something itself: then what the tests saw may be its fault.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        _webhook.Dispose();
        using (var now = new CancellationTokenSource(TimeSpan.Zero)) await _web.StopAsync(now.Token);
        await _web.DisposeAsync();
        _state.Dispose();
        if (_log.Bugs.Count > 0) throw new AggregateException("the Bot API server of the tests failed", _log.Bugs);
    }
}
