using System.Buffers;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Work on files of this machine: what hinders it is the store's trouble, what a source throws is the source's own.</summary>
internal static class LocalFile
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Copies a stream to its end.</summary>
    /// <param name="source">Its errors pass as they are.</param>
    /// <param name="target">The file.</param>
    /// <param name="shown">The file's name for people.</param>
    /// <exception cref="StoreUnavailableException">The file cannot be written.</exception>
    internal static void Copy(Stream source, FileStream target, string shown)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes); // PostgreSQL's pieces are many
        int read;
        while ((read = source.Read(buffer)) > 0) Writing(shown, () => target.Write(buffer, 0, read));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Does a step of writing a file or changing a folder.</summary>
    /// <exception cref="StoreUnavailableException">It failed.</exception>
    internal static void Writing(string shown, Action step) => Writing(shown, () =>
    {
        step();
        return true;
    });

    /// <summary>Does a step of writing a file or changing a folder.</summary>
    /// <exception cref="StoreUnavailableException">It failed.</exception>
    internal static T Writing<T>(string shown, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception error) when (error is (IOException and not StoreUnavailableException) or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(WriteFailure.Sentence(Display.Path(shown), error), error);
        }
    }
}
