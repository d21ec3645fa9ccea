using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>Whether files can be written where the program writes them.</summary>
/// <param name="folders">Where models are looked for.</param>
internal sealed class FolderCheck(ModelFolders folders)
{
    /// <summary>The working folder, that for temporary files, and that for models.</summary>
    internal IEnumerable<Finding> Findings()
    {
        yield return Try("results", Directory.GetCurrentDirectory(), "results go beside their pictures; where that cannot be, name another folder with -o");
        yield return Try("temporary files", Path.GetTempPath(), "pictures from standard input and to standard output need it; name another one in the environment's TMPDIR");
        if (folders.All.FirstOrDefault(Directory.Exists) is { } weights)
            yield return Try("models", weights, "models cannot be pulled into it; make it writable, or name another one with --weights");
    }

    private static Finding Try(string what, string folder, string advice)
    {
        var path = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
            return Of(Level.Ok, $"{what} can be written to {Display.Path(folder)}", null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Of(Level.Warning, WriteFailure.Sentence($"a file in {Display.Path(folder)}", error), advice);
        }

        Finding Of(Level level, string text, string? help) => new("folders", level, text, help) { Values = json => json.WriteString("folder", folder) };
    }
}
