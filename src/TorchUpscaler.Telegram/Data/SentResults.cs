using TorchUpscaler.Queue.Stores;

namespace TorchUpscaler.Telegram.Data;

/// <summary>Results that Telegram has, by the person, the picture that they were made of and the settings: the same is sent again at once.</summary>
public sealed class SentResults
{
    private readonly BotTables _tables;
    private readonly TimeSpan _keep;

    internal SentResults(BotTables tables, TimeSpan keep) => (_tables, _keep) = (tables, keep);

    /// <summary>A result, or null.</summary>
    /// <param name="person">Who sent the picture.</param>
    /// <param name="file">Telegram's unique id of the picture.</param>
    /// <param name="settings">How it was to be made.</param>
    public SentResult? Find(long person, string file, string settings) =>
        _tables.Read(work => work.First<SentResult>("sent", _tables.With(Key(person, file, settings)).And(new { ago = BotTables.Milliseconds(_keep) })));

    /// <summary>A result has been sent. What is null stays as it was; of a job that has been erased nothing is kept.</summary>
    public void Add(long job, long person, string file, string settings, SentResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        _tables.Write(work => work.Execute("add sent", _tables.With(new
        {
            job,
            person,
            file = BotTables.Clean(file),
            settings = BotTables.Clean(settings),
            result.Document,
            result.Photo,
            caption = BotTables.Clean(result.Caption, 4000),
        })));
    }

    /// <summary>Telegram has it no more.</summary>
    public void Forget(long person, string file, string settings) => _tables.Write(work => work.Execute("forget sent", _tables.With(Key(person, file, settings))));

    private static object Key(long person, string file, string settings) => new { person, file = BotTables.Clean(file), settings = BotTables.Clean(settings) };
}

/// <summary>A result that Telegram has.</summary>
public sealed record SentResult
{
    /// <summary>Its file id as a document, or null.</summary>
    public string? Document { get; init; }

    /// <summary>Its file id as a photo, or null.</summary>
    public string? Photo { get; init; }

    /// <summary>What is to be said of the document whenever it is sent: JSON of whoever sends, or empty.</summary>
    public string Caption { get; init; } = "";
}
