using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>Whether files can be written where the program writes them.</summary>
/// <param name="folders">Where models are looked for.</param>
internal sealed class FolderCheck(ModelFolders folders)
{
    private const long LeastFreeBytes = 100_000_000;

    /// <summary>The working folder, that for temporary files, and that for models.</summary>
    internal IEnumerable<Finding> Findings()
    {
        yield return Try("results", Directory.GetCurrentDirectory(), "results go beside their pictures; where that cannot be, name another folder with -o");
        yield return Temporary();
        if (folders.All.FirstOrDefault(Directory.Exists) is { } weights)
            yield return Try("models", weights, "models cannot be pulled into it; make it writable, or name another one with --weights");
    }

    private static Finding Temporary()
    {
        const string advice = "pictures from standard input and to standard output need it; name another one in the environment's TMPDIR";
        var folder = TemporaryFolder.Path;
        if (!Directory.Exists(folder)) return Of(folder, Level.Warning, $"the folder for temporary files {Display.Path(folder)} is not there", advice);
        var finding = Try("temporary files", folder, advice);
        return finding.Level == Level.Ok && new DriveInfo(folder).AvailableFreeSpace is var free && free < LeastFreeBytes
            ? Of(folder, Level.Warning, $"the folder for temporary files {Display.Path(folder)} has only {MemorySize.Format(free)} free", advice)
            : finding;
    }

    private static Finding Try(string what, string folder, string advice)
    {
        var path = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
        try
        {
            using (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) { }
            return Of(folder, Level.Ok, $"{what} can be written to {Display.Path(folder)}", null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Of(folder, Level.Warning, WriteFailure.Sentence($"a file in {Display.Path(folder)}", error), advice);
        }
    }

    private static Finding Of(string folder, Level level, string text, string? advice) =>
        new("folders", level, text, advice) { Values = json => json.WriteString("folder", folder) };
}
