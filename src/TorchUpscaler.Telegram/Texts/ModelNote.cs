using System.Text.RegularExpressions;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>What the model's chooser says about how a result was made, in words for its sender. It is kept in English with the job.</summary>
public static partial class ModelNote
{
    /// <summary>The sentences of a note; of one that is not known, what is known.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="note">The job's note, or null.</param>
    public static IReadOnlyList<FormattedText> Say(Speech speech, string? note)
    {
        ArgumentNullException.ThrowIfNull(speech);
        return note is null ? [] : [.. note.Split("; ").Select(part => Part(speech, part)).OfType<FormattedText>()];
    }

    private static FormattedText? Part(Speech speech, string part)
    {
        if (Because().Match(part) is { Success: true } because)
            return speech.Say(because.Groups["large"].Success ? TextKey.NoteFastLarge : TextKey.NoteFastOnly, ("model", because.Groups["model"].Value));
        if (Steps().Match(part) is not { Success: true } reached) return null;
        var steps = reached.Groups["steps"].Value.Replace(", then ", speech.Plain(TextKey.NoteThen), StringComparison.Ordinal);
        var key = reached.Groups["lanczos"].Success ? TextKey.NoteStepsLanczos : TextKey.NoteSteps;
        return speech.Say(key, ("scale", reached.Groups["scale"].Value), ("steps", steps));
    }

    [GeneratedRegex("^made with (?<model>.+) because (?<large>the picture is large: .+)?")]
    private static partial Regex Because();

    [GeneratedRegex("^×(?<scale>[0-9]+) is reached by (?<steps>.+?)(?<lanczos> and Lanczos)?$")]
    private static partial Regex Steps();
}
