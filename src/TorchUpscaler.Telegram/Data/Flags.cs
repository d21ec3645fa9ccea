namespace TorchUpscaler.Telegram.Data;

/// <summary>What concerns the bot as a whole: small texts by name.</summary>
public sealed class Flags
{
    /// <summary>Set while new photos wait for an admin's word.</summary>
    public const string Paused = "paused";

    private readonly BotTables _tables;

    internal Flags(BotTables tables) => _tables = tables;

    /// <summary>Whether the bot takes no photos for now.</summary>
    public bool IsPaused
    {
        get => Get(Paused) is not null;
        set => Set(Paused, value ? "yes" : null);
    }

    /// <summary>A flag's value, or null.</summary>
    public string? Get(string name) => _tables.Read(work => work.First<string>("flag", new { name }));

    /// <summary>Sets a flag that is not set yet.</summary>
    /// <returns>Its value, the given one or an older one.</returns>
    internal string Keep(string name, string value) => _tables.Write(work =>
    {
        work.Execute("set flag once", new { name, value });
        return work.Single<string>("flag", new { name });
    });

    /// <summary>Sets a flag; null clears it.</summary>
    public void Set(string name, string? value) => _tables.Write(work => value is null ? work.Execute("clear flag", new { name }) : work.Execute("set flag", new { name, value }));
}
