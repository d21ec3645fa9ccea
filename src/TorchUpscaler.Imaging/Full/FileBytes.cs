using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A file's bytes, looked at through a window. Its lengths and places may be lies: what is not there is an error.</summary>
internal sealed class FileBytes(SafeFileHandle file)
{
    /// <summary>The most that <see cref="Need"/> can be asked for.</summary>
    internal const int WindowBytes = 1 << 16;

    private readonly byte[] _window = new byte[WindowBytes];
    private long _windowAt;
    private int _windowLength;

    /// <summary>The file, from which pieces can be taken.</summary>
    internal SafeFileHandle File => file;

    /// <summary>Its length.</summary>
    internal long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>The bytes at a place. They stand until the next call.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    internal ReadOnlySpan<byte> Need(long at, int count)
    {
        if (at < 0 || count > Length - at) throw TooShort();
        if (at < _windowAt || at + count > _windowAt + _windowLength) Load(at);
        var begin = (int)(at - _windowAt);
        return _windowLength - begin >= count ? _window.AsSpan(begin, count) : throw TooShort();
    }

    /// <summary>As many bytes at a place as are at hand, at least one. They stand until the next call.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    internal ReadOnlySpan<byte> Some(long at)
    {
        _ = Need(at, 1);
        var begin = (int)(at - _windowAt);
        return _window.AsSpan(begin, _windowLength - begin);
    }

    /// <summary>A copy of the bytes at a place.</summary>
    /// <exception cref="InvalidDataException">The file ends before.</exception>
    internal byte[] Copy(long at, long count)
    {
        if (at < 0 || count > Length - at) throw TooShort();
        var bytes = new byte[count];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), at + done);
            if (read == 0) throw TooShort();
            done += read;
        }
        return bytes;
    }

    private void Load(long at)
    {
        (_windowAt, _windowLength) = (at, 0);
        while (_windowLength < WindowBytes && RandomAccess.Read(file, _window.AsSpan(_windowLength), at + _windowLength) is > 0 and var read) _windowLength += read;
    }

    private static InvalidDataException TooShort() => new("it ends too early");
}
