using System.Globalization;
using System.Security.Cryptography;

namespace TorchUpscaler.BotServer.World;

/// <summary>All that the server knows, behind one lock.</summary>
internal sealed class ServerState : IDisposable
{
    private readonly Dictionary<long, ServerChat> _chats = [];
    private readonly Dictionary<string, ServerFile> _files = [];
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastFile;
    private long _lastAlbum = 13_700_000_000_000;

    internal ServerState(BotServerOptions options)
    {
        Options = options;
        Updates = new UpdateQueue(this);
        Folder = Directory.CreateTempSubdirectory("botserver").FullName;
    }

    internal BotServerOptions Options { get; }

    internal Lock Gate { get; } = new();

    /// <summary>Where the files' bytes lie.</summary>
    internal string Folder { get; }

    internal UpdateQueue Updates { get; }

    internal Dictionary<string, PressedButton> Presses { get; } = [];

    internal Dictionary<(string Scope, string Language), string[]> Commands { get; } = [];

    internal long Now => Options.Clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Ends when something changes.</summary>
    internal Task NextChange
    {
        get
        {
            lock (Gate) return _change.Task;
        }
    }

    internal IReadOnlyList<ServerChat> Chats
    {
        get
        {
            lock (Gate) return [.. _chats.Values];
        }
    }

    internal void Changed()
    {
        lock (Gate)
        {
            _change.SetResult();
            _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void Add(ServerChat chat)
    {
        lock (Gate) _chats.Add(chat.Id, chat);
    }

    internal ServerChat? FindChat(long id)
    {
        lock (Gate) return _chats.GetValueOrDefault(id);
    }

    internal ServerFile? FindFile(string id)
    {
        lock (Gate) return _files.GetValueOrDefault(id);
    }

    internal ServerFile? FindRemote(string path)
    {
        lock (Gate) return _files.Values.FirstOrDefault(file => file.RemotePath == path);
    }

    /// <summary>A path for the bytes of a file to come.</summary>
    internal string NewPath()
    {
        lock (Gate) return Path.Combine(Folder, $"file_{++_lastFile}");
    }

    internal string NewAlbum() => Interlocked.Increment(ref _lastAlbum).ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes a file whose bytes lie at a path of <see cref="NewPath"/>.</summary>
    /// <param name="path">The path.</param>
    /// <param name="kind">The folder of its remote path.</param>
    /// <param name="name">Its name, or null.</param>
    /// <param name="mime">What its sender says it is; by its content where null.</param>
    internal ServerFile AddFile(string path, string kind, string? name, string? mime = null)
    {
        var header = PictureHeader.Read(path);
        using var stream = File.OpenRead(path);
        var sha = Convert.ToHexStringLower(SHA256.HashData(stream));
        var number = Path.GetFileName(path);
        var file = new ServerFile
        {
            Id = $"BQACAgIAAxkBAA{kind[..2]}_{number}_{sha}",
            UniqueId = $"AgAD{sha[..12]}",
            Path = path,
            RemotePath = $"{kind}/{number}{Path.GetExtension(name)}",
            Size = stream.Length,
            Sha256 = sha,
            Name = name,
            Mime = mime ?? header?.Mime ?? "application/octet-stream",
            Width = header?.Width ?? 0,
            Height = header?.Height ?? 0,
        };
        lock (Gate) _files.Add(file.Id, file);
        return file;
    }

    /// <summary>A smaller size of a photo. Its bytes stay the photo's.</summary>
    internal ServerFile AddShrunk(ServerFile file, int width, int height)
    {
        var number = Path.GetFileName(NewPath());
        var shrunk = new ServerFile
        {
            Id = $"AgACAgIAAxkDAA{number}_{file.Sha256}",
            UniqueId = $"AQAD{file.Sha256[..12]}",
            Path = file.Path,
            RemotePath = $"photos/{number}.jpg",
            Size = file.Size,
            Sha256 = file.Sha256,
            Mime = "image/jpeg",
            Width = width,
            Height = height,
        };
        lock (Gate) _files.Add(shrunk.Id, shrunk);
        return shrunk;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>A press of a button, and the bot's answer once there is one.</summary>
public sealed class PressedButton
{
    internal PressedButton(string id, ServerMessage message, Person person) => (Id, Message, Person) = (id, message, person);

    internal string Id { get; }

    internal ServerMessage Message { get; }

    internal Person Person { get; }

    internal TaskCompletionSource<PressAnswer> Source { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The bot's answer.</summary>
    public Task<PressAnswer> Answer => Source.Task;
}

/// <summary>How the bot answered a press.</summary>
/// <param name="Text">The note, or null.</param>
/// <param name="IsAlert">Whether it must be closed.</param>
public sealed record PressAnswer(string? Text, bool IsAlert);
