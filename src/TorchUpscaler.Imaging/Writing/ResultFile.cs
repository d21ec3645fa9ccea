using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// A result on its way to disk: a temporary file beside its final place, flushed and renamed when it is whole, deleted
/// when it is not.
/// </summary>
internal sealed class ResultFile : IDisposable
{
    private const int NameBytes = 120; // of the final name within the temporary one, which has to stay under 255 bytes
    private const int BufferBytes = 1 << 16;

    private readonly string _temporary;
    private FileStream? _stream;
    private bool _committed;

    /// <summary>Takes over a temporary file that has been opened.</summary>
    internal ResultFile(string path, string temporary, FileStream stream) => (Path, _temporary, _stream) = (path, temporary, stream);

    /// <summary>The final path.</summary>
    internal string Path { get; }

    /// <summary>Where the encoded bytes go.</summary>
    internal Stream Stream => _stream ?? throw new ObjectDisposedException(nameof(ResultFile));

    /// <summary>Creates the temporary file.</summary>
    /// <exception cref="PictureException">The folder does not exist or cannot be written.</exception>
    internal static ResultFile Create(string path)
    {
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            if (Directory.Exists(full)) throw new PictureException($"{Display.Path(path)} is a folder; give the result a file name");
            var folder = System.IO.Path.GetDirectoryName(full)
                ?? throw new PictureException($"{Display.Path(path)} is a folder; give the result a file name");
            if (!Directory.Exists(folder))
                throw new PictureException($"{Display.Path(path)} cannot be written: there is no folder {Display.Path(folder)}; make it or choose another");
            AbandonedResults.Remove(folder);
            return Open(full, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PictureException(WriteFailure.Sentence(Display.Path(path), e), e);
        }
    }

    // Locked as long as it is written. Another process that removes abandoned files may come between the file and its lock: then there is another one.
    private static ResultFile Open(string path, string folder)
    {
        const int attempts = 4;
        for (var attempt = 1; ; attempt++)
        {
            var temporary = System.IO.Path.Combine(folder, TemporaryName(System.IO.Path.GetFileName(path)));
            FileStream stream;
            try
            {
                stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
            }
            catch (IOException) when (attempt < attempts && Directory.Exists(folder) && !File.Exists(temporary))
            {
                continue;
            }
            if (attempt == attempts || File.Exists(temporary)) return new ResultFile(path, temporary, stream);
            stream.Dispose();
        }
    }

    /// <summary>Flushes the file to disk and gives it its final name.</summary>
    /// <exception cref="IOException">The disk or the folder refuses.</exception>
    internal void Commit()
    {
        try
        {
            var stream = _stream ?? throw new ObjectDisposedException(nameof(ResultFile));
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            _stream = null;
            File.Move(_temporary, Path, overwrite: true);
            _committed = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    /// <summary>The error that says that, and why, the result could not be written.</summary>
    internal IOException Failure(Exception cause) => new(WriteFailure.Sentence(Display.Path(Path), cause), cause);

    /// <summary>Deletes the temporary file unless it has become the result.</summary>
    public void Dispose()
    {
        var stream = _stream;
        _stream = null;
        try
        {
            stream?.Dispose(); // tries to write what is buffered
        }
        catch (IOException)
        {
            // The file is thrown away.
        }
        Delete();
    }

    /// <summary>Deletes the temporary file unless it has become the result, even while it is being written where the system can.</summary>
    internal void Delete()
    {
        if (_committed) return;
        try
        {
            File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone with its folder, or not ours any more; or open, on a system that keeps open files.
        }
    }

    private static string TemporaryName(string name)
    {
        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > NameBytes) break;
            kept.Append(rune.ToString());
        }
        return $".{kept}.{Guid.NewGuid():N}.part";
    }
}
