namespace TorchUpscaler.Telegram.Data;

/// <summary>The right to talk for the bot: one process has it at a time, until it gives it up, dies or is silent for too long.</summary>
public sealed class Turn
{
    private readonly BotTables _tables;

    internal Turn(BotTables tables) => _tables = tables;

    /// <summary>Takes or keeps it.</summary>
    /// <param name="owner">Who wants it.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="isDead">Whether a holder is known to live no more.</param>
    /// <returns>Null where it is the owner's now; else whose it is.</returns>
    public string? Take(string owner, TimeSpan lease, Func<string, bool> isDead)
    {
        ArgumentNullException.ThrowIfNull(isDead);
        var holder = _tables.Read(work => work.First<string>("whose turn", _tables.With()));
        var dead = holder is not null && holder != owner && isDead(holder) ? holder : null;
        var isOurs = _tables.Write(work => work.Execute("take turn", _tables.With(new { owner, lease = BotTables.Milliseconds(lease), dead })) == 1);
        return isOurs ? null : holder ?? "another process";
    }

    /// <summary>Gives it up.</summary>
    public void End(string owner) => _tables.Write(work => work.Execute("end turn", _tables.With(new { owner })));
}
