using System.Globalization;
using System.Text.RegularExpressions;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Texts;

/// <summary>Why a job failed, as far as its sender is told differently.</summary>
public enum FailureKind
{
    /// <summary>Nothing that a person could be told more about.</summary>
    Unknown,

    /// <summary>No picture, or of a kind that cannot be read.</summary>
    NotAPicture,

    /// <summary>A file of no bytes.</summary>
    Empty,

    /// <summary>A damaged or incomplete file.</summary>
    Damaged,

    /// <summary>The picture is above the limit.</summary>
    TooLarge,

    /// <summary>The result would be above the limit.</summary>
    ResultTooLarge,

    /// <summary>The format cannot hold the result.</summary>
    FormatTooSmall,

    /// <summary>The chosen model is not there, or not for this picture.</summary>
    Model,

    /// <summary>No model reaches the scale.</summary>
    NoScale,

    /// <summary>Not enough memory.</summary>
    Memory,

    /// <summary>Telegram does not hand out a file so big.</summary>
    TooBigToFetch,

    /// <summary>Telegram does not hand out the file any more.</summary>
    FileGone,

    /// <summary>The stored picture is gone.</summary>
    PictureGone,

    /// <summary>The result is above what Telegram takes.</summary>
    ResultTooBig,

    /// <summary>Telegram does not take the result, whatever is made of it.</summary>
    ResultRefused,

    /// <summary>The bot may not send files in the group.</summary>
    NoRights,

    /// <summary>The program broke down over it, as often as it tried.</summary>
    Crashed,
}

/// <summary>A job's failure in words for its sender. The queue keeps an English sentence for the operator; what kind it is can be read off it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Match">The sentence as it was recognised.</param>
public sealed partial record Failure(FailureKind Kind, Match? Match)
{
    /// <summary>What a job ends with whose file is above what Telegram hands out.</summary>
    public const string TooBigToFetch = "Telegram does not hand out a file of this size";

    /// <summary>What a job ends with whose file Telegram does not hand out any more.</summary>
    public const string FileGone = "Telegram does not hand out the file any more";

    /// <summary>What a job ends with whose result is above what Telegram takes.</summary>
    public const string ResultTooBig = "the result is too big for Telegram";

    /// <summary>What a job ends with whose result Telegram does not take.</summary>
    public const string ResultRefused = "Telegram refuses the result";

    /// <summary>What a job ends with where the bot may not send files.</summary>
    public const string NoRights = "the bot may not send files in this group";

    private static readonly (FailureKind Kind, Regex Pattern)[] s_patterns =
    [
        (FailureKind.TooBigToFetch, TooBigToFetchPattern()),
        (FailureKind.FileGone, FileGonePattern()),
        (FailureKind.ResultTooBig, ResultTooBigPattern()),
        (FailureKind.ResultRefused, ResultRefusedPattern()),
        (FailureKind.NoRights, NoRightsPattern()),
        (FailureKind.Empty, EmptyPattern()),
        (FailureKind.NotAPicture, NotAPicturePattern()),
        (FailureKind.Damaged, DamagedPattern()),
        (FailureKind.ResultTooLarge, ResultTooLargePattern()),
        (FailureKind.TooLarge, TooLargePattern()),
        (FailureKind.FormatTooSmall, FormatTooSmallPattern()),
        (FailureKind.Model, ModelPattern()),
        (FailureKind.NoScale, NoScalePattern()),
        (FailureKind.Memory, MemoryPattern()),
        (FailureKind.PictureGone, PictureGonePattern()),
        (FailureKind.Crashed, CrashedPattern()),
    ];

    /// <summary>What kind of failure a sentence tells.</summary>
    public static Failure Of(string? sentence)
    {
        foreach (var (kind, pattern) in s_patterns)
        {
            if (sentence is not null && pattern.Match(sentence) is { Success: true } match) return new Failure(kind, match);
        }
        return new Failure(FailureKind.Unknown, null);
    }

    /// <summary>What its sender is told: what was wrong, and what to do.</summary>
    /// <param name="speech">The language.</param>
    /// <param name="job">The job.</param>
    /// <param name="limits">What pictures are taken.</param>
    public FormattedText Say(Speech speech, Job job, PictureTerms limits)
    {
        ArgumentNullException.ThrowIfNull(speech);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(limits);
        return Kind switch
        {
            FailureKind.NotAPicture => speech.Say(TextKey.FailedNotAPicture, ("formats", limits.Formats)),
            FailureKind.Empty => speech.Say(TextKey.UnsupportedEmpty),
            FailureKind.Damaged => speech.Say(TextKey.FailedDamaged),
            FailureKind.TooLarge => speech.Say(TextKey.FailedTooLarge, ("width", Number("width")), ("height", Number("height"))),
            FailureKind.ResultTooLarge => speech.Say(TextKey.FailedResultTooLarge, ("scale", job.Scale ?? StatusTexts.UsualScale)),
            FailureKind.FormatTooSmall => speech.Say(TextKey.FailedFormatTooSmall, ("format", PictureFormats.Name(job.Format ?? PictureFormat.Png))),
            FailureKind.Model => speech.Say(TextKey.FailedModel),
            FailureKind.NoScale => speech.Say(TextKey.FailedNoScale, ("scale", job.Scale ?? StatusTexts.UsualScale)),
            FailureKind.Memory => speech.Say(TextKey.FailedMemory),
            FailureKind.TooBigToFetch => speech.Say(TextKey.FailedTooBigToFetch, ("limit", speech.Size(limits.LargestFetch))),
            FailureKind.FileGone => speech.Say(TextKey.FailedFileGone),
            FailureKind.PictureGone => speech.Say(TextKey.FailedPictureGone),
            FailureKind.ResultTooBig => speech.Say(TextKey.ResultTooBigForTelegram, ("size", speech.Size(job.ResultBytes)), ("limit", speech.Size(limits.LargestSend))),
            FailureKind.ResultRefused => speech.Say(TextKey.FailedResultRefused),
            FailureKind.NoRights => speech.Say(TextKey.FailedNoRights),
            FailureKind.Crashed when job.Failures > 1 => speech.Say(TextKey.FailedCrashed, ("count", job.Failures)),
            _ => speech.Say(TextKey.FailedUnknown),
        };
    }

    private long Number(string group) => long.TryParse(Match?.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex("^" + TooBigToFetch)]
    private static partial Regex TooBigToFetchPattern();

    [GeneratedRegex("^" + FileGone)]
    private static partial Regex FileGonePattern();

    [GeneratedRegex("^" + ResultTooBig)]
    private static partial Regex ResultTooBigPattern();

    [GeneratedRegex("^" + ResultRefused)]
    private static partial Regex ResultRefusedPattern();

    [GeneratedRegex("^" + NoRights)]
    private static partial Regex NoRightsPattern();

    [GeneratedRegex(@" is empty; ")]
    private static partial Regex EmptyPattern();

    [GeneratedRegex(@" is not a picture that can be read; | file, which the libvips on this machine cannot read; | which is no grey, RGB, CMYK or Lab picture; ")]
    private static partial Regex NotAPicturePattern();

    [GeneratedRegex(@" is a damaged( or truncated)? [A-Za-z0-9]+ file")]
    private static partial Regex DamagedPattern();

    [GeneratedRegex(@"^the result of \d+×\d+ has [0-9.]+ megapixels, and the limit here is ")]
    private static partial Regex ResultTooLargePattern();

    [GeneratedRegex(@"^the picture of (?<width>\d+)×(?<height>\d+) has [0-9.]+ megapixels, and the limit here is | has (?<width>\d+)×(?<height>\d+) pixels \([0-9.]+ megapixels\), more than the ")]
    private static partial Regex TooLargePattern();

    [GeneratedRegex(@"^(PNG|JPEG|WebP) holds at most \d+ pixels a side and the result has ")]
    private static partial Regex FormatTooSmallPattern();

    [GeneratedRegex(@"^the model .+ cannot be used here; |^the picture has colours and the model .+ is for grey ones; |^the model takes pictures of \d+ channel")]
    private static partial Regex ModelPattern();

    [GeneratedRegex(@"^no model here enlarges ×")]
    private static partial Regex NoScalePattern();

    [GeneratedRegex(@"^the picture needs .+ of memory, |^the picture's \d+×\d+ pixels need more than 2 GB; ")]
    private static partial Regex MemoryPattern();

    [GeneratedRegex(@"^the stored picture is gone; ")]
    private static partial Regex PictureGonePattern();

    [GeneratedRegex(@"^the program broke down while it worked on the picture|^the picture could not be computed|^the network's result is not finite ")]
    private static partial Regex CrashedPattern();
}

/// <summary>What pictures are taken and sent.</summary>
/// <param name="Formats">The kinds of files that can be read, for people: <c>JPEG, PNG, WebP</c>.</param>
/// <param name="LargestFetch">Bytes of a file that can be fetched.</param>
/// <param name="LargestSend">Bytes of a file that can be sent.</param>
public sealed record PictureTerms(string Formats, long LargestFetch, long LargestSend);
