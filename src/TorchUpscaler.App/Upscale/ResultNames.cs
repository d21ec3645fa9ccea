using System.Security.Cryptography;
using System.Text;

namespace TorchUpscaler.App.Upscale;

/// <summary>
/// What the pictures of one invocation are called in their results' names: <c>cat</c> in <c>cat_x4.png</c>. Where two would meet
/// in one file, both bear their whole names, <c>cat.jpg_x4.png</c> and <c>cat.png_x4.png</c>; and where those meet, since the
/// pictures come from several folders, all bear a mark of their whole path, <c>cat.jpg-1a2b3c4d_x4.png</c>. None is ever taken for
/// the result of another, whatever else is in a run, and the next run finds the same names.
/// </summary>
internal sealed class ResultNames
{
    private const int MarkBytes = 4;

    // From the shortest on. Two that meet with the last one are refused when they are planned.
    private static readonly Func<PlannedInput, string>[] Kinds = [picture => Path.GetFileNameWithoutExtension(picture.Path), WholeName, MarkedName];

    private readonly Dictionary<PlannedInput, int> _kinds = [];

    /// <summary>Finds names that do not meet.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="folderOf">Where a picture's result goes.</param>
    /// <param name="extensionOf">How its name will end, as far as that is known before it is opened.</param>
    internal ResultNames(IReadOnlyList<PlannedInput> pictures, Func<PlannedInput, string> folderOf, Func<PlannedInput, string> extensionOf)
    {
        pictures = [.. pictures.Where(picture => picture.Fault is null)];
        foreach (var picture in pictures) _kinds[picture] = 0;
        string FileOf(PlannedInput picture) => Path.GetFullPath(Path.Combine(folderOf(picture), Of(picture) + extensionOf(picture)));

        // A longer name may meet another picture's shorter one in turn.
        while (pictures.GroupBy(FileOf, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).SelectMany(group => group)
               .Where(picture => _kinds[picture] < Kinds.Length - 1).ToList() is { Count: > 0 } meeting)
            foreach (var picture in meeting) _kinds[picture]++;
    }

    /// <summary>The name of a picture.</summary>
    internal string Of(PlannedInput picture) => Kinds[_kinds[picture]](picture);

    /// <summary>The next longer name of a picture, for where its own is another's.</summary>
    internal string LongerOf(PlannedInput picture) => Kinds[Math.Min(_kinds[picture] + 1, Kinds.Length - 1)](picture);

    // No other picture of the folder has it.
    private static string WholeName(PlannedInput picture) => Path.GetFileName(picture.Path);

    // A function of the picture's own path and nothing else.
    private static string MarkedName(PlannedInput picture)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(picture.Path)));
        return $"{WholeName(picture)}-{Convert.ToHexStringLower(hash.AsSpan(0, MarkBytes))}";
    }
}
