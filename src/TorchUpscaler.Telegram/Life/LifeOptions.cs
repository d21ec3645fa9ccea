using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>How photos are fetched and results delivered.</summary>
public sealed record LifeOptions
{
    /// <summary>What pictures are taken and sent.</summary>
    public required PictureTerms Terms { get; init; }

    /// <summary>How large pictures and results may be.</summary>
    public required PictureLimits Limits { get; init; }

    /// <summary>Bytes of a photo that Telegram takes.</summary>
    public long LargestPhoto { get; init; } = 10 << 20;

    /// <summary>How many files are fetched at a time. Many: a slow one holds up nobody.</summary>
    public int Downloads { get; init; } = 32;

    /// <summary>How many results are brought at a time.</summary>
    public int Uploads { get; init; } = 16;

    /// <summary>How long a photo is silently fetched before a message says so: most are there sooner, and accepted at once.</summary>
    public TimeSpan SilentFetch { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How often a message says how far its photo is, at most.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The same in groups, where few messages are taken.</summary>
    public TimeSpan GroupProgressEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a message says its photo's place in the queue, at most.</summary>
    public TimeSpan PlaceEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a delivery that failed rests; doubled with each one.</summary>
    public TimeSpan DeliveryRest { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest such rest.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(5);
}
