using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>A file that nobody trusts: every read is checked against its length first, and its errors name it.</summary>
internal sealed class InputFile : IDisposable
{
    private const int HashChunk = 1 << 20;
    private const int CrcChunk = 1 << 16;

    private readonly SafeFileHandle _file;

    private InputFile(string path, SafeFileHandle file, long length)
    {
        Path = path;
        _file = file;
        Length = length;
    }

    internal string Path { get; }

    internal long Length { get; }

    /// <param name="path">The file.</param>
    /// <param name="wanted">What should have been named, for the error of a name that is no file's.</param>
    /// <exception cref="WeightsException">It cannot be opened; the message says why.</exception>
    internal static InputFile Open(string path, string wanted = "a .pth file or an ncnn .param or .bin file")
    {
        if (path.Length == 0) throw new WeightsException($"the name of a file is empty; name {wanted}");
        if (Directory.Exists(path)) throw new WeightsException($"{path} is a folder; name {wanted}");
        if (SpecialFile.IsAt(path)) throw new WeightsException($"{path} is no regular file; save its content to one and name {wanted}");
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return new InputFile(path, file, RandomAccess.GetLength(file));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightsException($"{path} does not exist; check the name", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            file?.Dispose();
            throw new WeightsException($"{path} cannot be read: {Reason(error)}", error);
        }
    }

    /// <summary>Fills the target from the offset on; what reaches beyond the file's end is an error that calls it <paramref name="what"/>.</summary>
    internal void Read(long offset, Span<byte> target, string what)
    {
        RequireInside(offset, target.Length, what);
        try
        {
            while (!target.IsEmpty)
            {
                var count = RandomAccess.Read(_file, target, offset);
                if (count == 0) throw Refused("became shorter while it was read; download it again");
                target = target[count..];
                offset += count;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException($"{Path} cannot be read: {Reason(error)}", error);
        }
    }

    /// <summary>Reads so many bytes, which are allocated only when the file is known to have them.</summary>
    internal byte[] Read(long offset, long count, string what)
    {
        RequireInside(offset, count, what);
        if (count > Array.MaxLength) throw Refused($"has {what} of {count} bytes, more than can be read");
        var bytes = new byte[count];
        Read(offset, bytes, what);
        return bytes;
    }

    internal void RequireInside(long offset, long count, string what)
    {
        if (offset < 0 || count < 0 || offset > Length || count > Length - offset)
            throw Refused($"is damaged or cut off: {what} would reach to byte {(Int128)offset + count} and the file ends at {Length}"
                + "; download it again");
    }

    /// <summary>The file's SHA-256 in lower-case hexadecimal digits.</summary>
    internal string Sha256(CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[(int)Math.Min(HashChunk, Length)];
        for (var offset = 0L; offset < Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, Length - offset));
            Read(offset, part, "its content");
            hash.AppendData(part);
            offset += part.Length;
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The CRC-32 of a part of the file, as zips have it.</summary>
    internal uint Crc32(long offset, long count, string what)
    {
        RequireInside(offset, count, what);
        var hash = new Crc32();
        var chunk = new byte[(int)Math.Min(CrcChunk, count)];
        for (var end = offset + count; offset < end;)
        {
            var part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, end - offset));
            Read(offset, part, what);
            hash.Append(part);
            offset += part.Length;
        }
        return hash.GetCurrentHashAsUInt32();
    }

    /// <summary>An error that begins with the file's name.</summary>
    internal WeightsException Refused(string fault) => new($"{Path} {fault}");

    public void Dispose() => _file.Dispose();

    // .NET's messages end with the path, which stands before: "Input/output error : '/folder/file'".
    private static string Reason(Exception error) => error switch
    {
        UnauthorizedAccessException => "permission denied; let yourself read it, or choose another file",
        PathTooLongException => "its name is too long; give it a shorter one",
        _ => $"{error.Message.Split(" : '")[0].TrimEnd('.')}; copy it to another place or choose another file",
    };
}
