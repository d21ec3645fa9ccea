namespace TorchUpscaler.BotServer.Http;

/// <summary>A call that came.</summary>
/// <param name="Method">Its name; <c>download</c> for a file.</param>
/// <param name="Chat">Its chat, or null.</param>
/// <param name="Status">What it was answered with; 0 where the connection was cut.</param>
public sealed record Call(string Method, long? Chat, int Status);

/// <summary>The calls that came.</summary>
internal sealed class CallLog
{
    private readonly Lock _gate = new();
    private readonly List<Call> _calls = [];
    private readonly List<Exception> _bugs = [];

    internal IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>What the server itself failed at.</summary>
    internal IReadOnlyList<Exception> Bugs
    {
        get
        {
            lock (_gate) return [.. _bugs];
        }
    }

    internal void Add(Exception bug)
    {
        lock (_gate) _bugs.Add(bug);
    }

    internal void Add(string method, Parameters? parameters, int status)
    {
        lock (_gate) _calls.Add(new Call(method, parameters?.Number("chat_id"), status));
    }
}
