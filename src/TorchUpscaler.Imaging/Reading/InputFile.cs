using System.Globalization;
using Microsoft.Win32.SafeHandles;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>A file that somebody has given as a picture: opened, and recognised by its first bytes.</summary>
internal static class InputFile
{
    /// <summary>What to do about a file that is empty, truncated or damaged.</summary>
    internal const string GetAgain = "get or save it again";

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="PictureException">No such file, or none that may be read.</exception>
    internal static SafeFileHandle Open(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new PictureException($"{Display.Path(path)} is a folder, not a picture; give a file");
            if (SpecialFile.IsAt(path)) throw new PictureException($"{Display.Path(path)} is no regular file; give a file"); // opening a pipe could wait for ever
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            if (target is { Exists: true, Length: 0 }) throw IsEmpty(path);
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PictureException($"there is no file {Display.Path(path)}; check the name", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new PictureException($"{Display.Path(path)} may not be read: permission denied; allow reading it or give another", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw CannotBeOpened(path, e);
        }
    }

    /// <summary>What a file is, by its first bytes.</summary>
    /// <param name="path">Its name, for people.</param>
    /// <param name="file">The file.</param>
    /// <param name="readable">The kinds that can be read.</param>
    /// <param name="library">What reads them, for people.</param>
    /// <exception cref="PictureException">No picture, or none that can be read.</exception>
    internal static FileKind Recognise(string path, SafeFileHandle file, IReadOnlyList<FileKind> readable, string library)
    {
        Span<byte> head = stackalloc byte[FileKind.HeadBytes];
        head = head[..ReadHead(path, file, head)];
        if (head.IsEmpty) throw IsEmpty(path);
        var kind = FileKind.Recognise(head) ?? throw new PictureException(
            $"{Display.Path(path)} is not a picture that can be read; give {Listed(readable)}");
        return readable.Contains(kind) ? kind : throw new PictureException(
            $"{Display.Path(path)} is {(kind == FileKind.Avif ? "an" : "a")} {kind.Name} file, which {library} cannot read; give {Listed(readable)}");
    }

    /// <summary>Refuses a picture of more pixels than are allowed.</summary>
    /// <exception cref="PictureException">It has more.</exception>
    internal static void CheckPixels(string path, PictureHeader header, long maxPixels)
    {
        var pixels = (long)header.Width * header.Height;
        if (pixels > maxPixels)
        {
            throw new PictureException(string.Create(CultureInfo.InvariantCulture,
                $"{Display.Path(path)} has {header.Width}×{header.Height} pixels ({pixels / 1e6:0.0} megapixels), more than the ")
                + string.Create(CultureInfo.InvariantCulture, $"{maxPixels / 1e6:0.0} megapixels that are allowed; make it smaller or raise the limit"));
        }
    }

    private static string Listed(IReadOnlyList<FileKind> kinds)
    {
        var names = kinds.Select(kind => kind.Name).ToArray();
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    private static int ReadHead(string path, SafeFileHandle file, Span<byte> head)
    {
        try
        {
            var read = 0;
            while (read < head.Length && RandomAccess.Read(file, head[read..], read) is > 0 and var count) read += count;
            return read;
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            throw CannotBeOpened(path, e);
        }
    }

    private static PictureException IsEmpty(string path) => new($"{Display.Path(path)} is empty; {GetAgain}");

    private static PictureException CannotBeOpened(string path, Exception cause) =>
        new($"{Display.Path(path)} cannot be opened: {Display.Text(cause.Message)}; give another file", cause);
}
