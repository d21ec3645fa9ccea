using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>A file that is not the catalogue's: never used, but kept apart for whoever wants to know what it is.</summary>
internal static class WrongFile
{
    internal const string Extension = ".wrong-hash";

    /// <summary>Moves the file out of the way and gives the error that says where it is, what was found and what was expected.</summary>
    /// <param name="path">The file.</param>
    /// <param name="folder">Where it is kept, as its name with <see cref="Extension"/>; an earlier one of that name is replaced.</param>
    /// <param name="name">Its name.</param>
    /// <param name="found">The SHA-256 that it has.</param>
    /// <param name="expected">The SHA-256 that the catalogue says.</param>
    internal static SourceFailedException KeepApart(string path, string folder, string name, string found, string expected)
    {
        var fault = $"{name} has the SHA-256 {found} where the catalogue says {expected}; it is not used";
        var kept = Path.Combine(folder, name + Extension);
        try
        {
            File.Move(path, kept, overwrite: true);
            return new SourceFailedException($"{fault} and kept apart as {kept}") { IsAnotherFile = true };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new SourceFailedException($"{fault} and not kept: {WriteFailure.Sentence(kept, error)}", error) { IsAnotherFile = true };
        }
    }
}
