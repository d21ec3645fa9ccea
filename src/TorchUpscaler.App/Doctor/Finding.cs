using System.Text.Json;

namespace TorchUpscaler.App.Doctor;

/// <summary>How good or bad a finding is.</summary>
internal enum Level
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, but not for everything or not as well as it could.</summary>
    Warning,

    /// <summary>Something does not work.</summary>
    Broken,
}

/// <summary>Something that <c>doctor</c> has found.</summary>
/// <param name="Topic">What it is about, in a word.</param>
/// <param name="Level">How good or bad it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it, or null.</param>
internal sealed record Finding(string Topic, Level Level, string Text, string? Advice = null)
{
    /// <summary>Writes the same for programs, beside the texts; may be left out.</summary>
    internal Action<Utf8JsonWriter> Values { get; init; } = _ => { };
}
