namespace TorchUpscaler.Telegram.Intake;

/// <summary>How updates are taken and handled.</summary>
public sealed record IntakeOptions
{
    /// <summary>How long Telegram waits for an update before it answers that there is none.</summary>
    public TimeSpan PollTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait after another process has asked for the same bot's updates.</summary>
    public TimeSpan ConflictRest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait after the first of several failures; doubled with each.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An album is handled when so long nothing more of it has come.</summary>
    public TimeSpan AlbumQuiet { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How often handling an update may fail, or the process die over it.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How many chats are served at a time.</summary>
    public int Chats { get; init; } = 64;

    /// <summary>How many updates that wait are held in memory; the others wait in the store.</summary>
    public int MostInMemory { get; init; } = 2000;

    /// <summary>How long what is being handled has left when the process is to end.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(3);
}
