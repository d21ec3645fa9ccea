namespace TorchUpscaler.App.Upscale;

/// <summary>
/// What the pictures of one invocation are called in their results' names: <c>cat</c> in <c>cat_x4.png</c>. Where two would meet
/// in one file, both bear their whole names, <c>cat.jpg_x4.png</c> and <c>cat.png_x4.png</c>: neither is ever taken for the result
/// of the other, and the next run finds the same names.
/// </summary>
internal sealed class ResultNames
{
    private readonly Dictionary<PlannedInput, string> _names = [];

    /// <summary>Finds names that do not meet.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="folderOf">Where a picture's result goes.</param>
    /// <param name="extensionOf">How its name will end, as far as that is known before it is opened.</param>
    internal ResultNames(IReadOnlyList<PlannedInput> pictures, Func<PlannedInput, string> folderOf, Func<PlannedInput, string> extensionOf)
    {
        pictures = [.. pictures.Where(picture => picture.Fault is null)];
        foreach (var picture in pictures) _names[picture] = Path.GetFileNameWithoutExtension(picture.Path);
        string FileOf(PlannedInput picture) => Path.GetFullPath(Path.Combine(folderOf(picture), _names[picture] + extensionOf(picture)));

        // A whole name may meet another picture's short one in turn.
        while (pictures.GroupBy(FileOf, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).SelectMany(group => group)
               .Where(picture => _names[picture] != WholeName(picture)).ToList() is { Count: > 0 } meeting)
            foreach (var picture in meeting) _names[picture] = WholeName(picture);

        // Of one name from several folders.
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var picture in pictures)
            for (var number = 2; !taken.Add(FileOf(picture)); number++) _names[picture] = FormattableString.Invariant($"{WholeName(picture)}-{number}");
    }

    /// <summary>The name of a picture.</summary>
    internal string Of(PlannedInput picture) => _names[picture];

    /// <summary>The name that no other picture of the folder has.</summary>
    internal static string WholeName(PlannedInput picture) => Path.GetFileName(picture.Path);
}
