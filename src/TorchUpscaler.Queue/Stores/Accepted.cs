using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>What a store takes: what front ends hand in is refused with a sentence, what the program itself says is made to fit.</summary>
internal static class Accepted
{
    /// <summary>The most characters of the models' names. They are indexed, and PostgreSQL indexes at most 2.7 KB.</summary>
    internal const int LongestModels = 600;

    private const int LongestKey = 200; // likewise

    /// <summary>Refuses a job that cannot be stored as it is.</summary>
    internal static void Check(NewJob job)
    {
        Check("front end", job.FrontEnd, LongestKey);
        CheckPerson(job.Person);
        Check("key", job.Key, LongestKey);
        Check("file name", job.Name);
        Check("payload", job.Payload);
        Check("model", job.Model, LongestModels);
        if (!Enum.IsDefined(job.Class)) throw new InputException($"there is no class {(int)job.Class}; the classes are 0 (admin) to 3 (bulk)");
        if (job.Scale is < 1 or > 64) throw new InputException(Number($"the scale {job.Scale} is not between 1 and 64; such as 4"));
        if (job.Quality is < 1 or > 100) throw new InputException(Number($"the quality {job.Quality} is not between 1 and 100; such as 95"));
        if (job.Format is { } format and not (PictureFormat.Png or PictureFormat.Jpeg or PictureFormat.WebP)) throw new InputException($"there is no format {(int)format} for results here; choose png, jpg or webp");
    }

    /// <summary>Refuses a picture that cannot be queued.</summary>
    internal static void Check(CheckedPicture picture)
    {
        if (picture.Width < 1 || picture.Height < 1) throw new PictureException(Number($"a picture of {picture.Width} × {picture.Height} pixels cannot be queued"));
        Check("models' names", picture.Work, LongestModels);
        if (picture.Extension.AsSpan().ContainsAny('/', '\\', '\0')) throw new PictureException($"a picture's file cannot end in {Display.Path(picture.Extension)}");
    }

    /// <summary>Refuses a person's name that cannot be stored.</summary>
    internal static void CheckPerson(string person) => Check("person", person, LongestKey);

    /// <summary>The text with <c>?</c> for what databases do not take: NUL, and halves of characters.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    internal static string? Clean(string? text) => text is null || IsWhole(text)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.Value is 0 or 0xFFFD ? "?" : rune.ToString()));

    private static void Check(string what, string? text, int longest = int.MaxValue)
    {
        if (text is null) return;
        if (!IsWhole(text)) throw new InputException($"the job's {what} has a NUL or half a character in it; leave it out");
        if (text.Length > longest) throw new InputException(Number($"the job's {what} has {text.Length} characters; at most {longest} are taken"));
    }

    private static bool IsWhole(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == 0) return false;
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1])) return false;
            at++;
        }
        return true;
    }

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
