using TorchUpscaler.Core;
using TorchUpscaler.Queue.Stores;

namespace TorchUpscaler.Queue;

/// <summary>Copies a result to where it was asked for.</summary>
public static class DurableFile
{
    /// <summary>Copies a file: to a temporary name beside the target, onto the disk, then to its own name.</summary>
    /// <param name="source">The file.</param>
    /// <param name="target">The copy; its folder must exist.</param>
    /// <param name="overwrite">Whether what is there is replaced.</param>
    /// <exception cref="IOException">It cannot be written, or the target is there already.</exception>
    public static void Copy(string source, string target, bool overwrite)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.part");
        try
        {
            File.Copy(source, temporary);
            FileSync.Flush(temporary);
            File.Move(temporary, target, overwrite);
            FileSync.FlushFolder(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException(WriteFailure.Sentence(Display.Path(target), error), error);
        }
        finally
        {
            File.Delete(temporary); // gone already where all went well
        }
    }
}
