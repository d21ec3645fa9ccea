using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.Core;

/// <summary>
/// A safetensors file: 8 bytes of header length (little-endian), a JSON header, then the tensors' bytes back to back.
/// The header is read and validated on opening; values are read when they are asked for. Reading is safe from several threads.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const int ChunkBytes = 1 << 18;

    private readonly SafeFileHandle _file;
    private readonly long _dataBegin;
    private readonly SafetensorsHeader _header;
    private readonly StrongBox<int> _users; // objects that share the open file
    private bool _isDisposed;

    private SafetensorsFile(string path, SafeFileHandle file, long dataBegin, SafetensorsHeader header, StrongBox<int> users)
    {
        Interlocked.Increment(ref users.Value);
        _users = users;
        Path = path;
        _file = file;
        _dataBegin = dataBegin;
        _header = header;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _header.Tensors;

    /// <summary>The texts of its <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and validates its header against the file's length; reads no values.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsException">It cannot be read or is not a valid safetensors file; the message says why.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = OpenHandle(path);
        try
        {
            var length = FileLength(path, file);
            var headerLength = ReadHeaderLength(path, file, length);
            var json = new byte[headerLength];
            ReadExactly(path, file, json, LengthBytes);
            var dataBegin = LengthBytes + headerLength;
            return new SafetensorsFile(path, file, dataBegin, SafetensorsHeader.Parse(path, json, length - dataBegin), new StrongBox<int>());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor's values as 32-bit floats in row-major order. F32, F16 and BF16 can be read; all three exactly.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <exception cref="WeightsException">No such tensor, another element type, or the file cannot be read.</exception>
    public float[] Read(string name)
    {
        var tensor = Readable(name);
        var values = new float[tensor.Count];
        var chunk = new byte[Math.Min(ChunkBytes, tensor.End - tensor.Begin)];
        for (var done = 0; done < values.Length;) done += ReadChunk(tensor, done, chunk, values.AsSpan(done));
        return values;
    }

    /// <summary>The index of a tensor's first value that is not finite, or -1 where all are. Holds a piece of it at a time.</summary>
    /// <param name="name">The tensor's key.</param>
    /// <param name="value">That value.</param>
    /// <exception cref="WeightsException">No such tensor, another element type, or the file cannot be read.</exception>
    public long FindNotFinite(string name, out float value)
    {
        var tensor = Readable(name);
        var chunk = new byte[Math.Min(ChunkBytes, tensor.End - tensor.Begin)];
        var values = new float[Math.Min(ChunkBytes, tensor.Count)];
        for (long done = 0; done < tensor.Count;)
        {
            var read = values.AsSpan(0, ReadChunk(tensor, done, chunk, values));
            if (!TensorPrimitives.IsFiniteAll<float>(read))
            {
                var fault = read.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
                value = read[fault];
                return done + fault;
            }
            done += read.Length;
        }
        value = 0;
        return -1;
    }

    /// <summary>The same open file once more: it is closed when both objects are disposed.</summary>
    public SafetensorsFile Share()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new SafetensorsFile(Path, _file, _dataBegin, _header, _users);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (Interlocked.Decrement(ref _users.Value) == 0) _file.Dispose();
    }

    internal static WeightsException Damaged(string path, string fault, Exception? inner = null) =>
        new($"{path} is not a valid safetensors file: {fault}; download or convert it again", inner);

    private static SafeFileHandle OpenHandle(string path)
    {
        if (Directory.Exists(path)) throw new WeightsException($"{path} is a folder; name a .safetensors file");
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WeightsException($"{path} does not exist; name a .safetensors file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    private static long FileLength(string path, SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    private static long ReadHeaderLength(string path, SafeFileHandle file, long length)
    {
        if (length < LengthBytes) throw Damaged(path, $"it has {length} bytes, too few for a header");
        Span<byte> bytes = stackalloc byte[LengthBytes];
        ReadExactly(path, file, bytes, 0);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (headerLength > SafetensorsHeader.MaximumLength)
            throw Damaged(path, $"its header would be {headerLength} bytes long, and {SafetensorsHeader.MaximumLength} is the limit");
        if (headerLength > (ulong)(length - LengthBytes))
            throw Damaged(path, $"its header would be {headerLength} bytes long, and the file has {length - LengthBytes} left");
        return (long)headerLength;
    }

    private static void ReadExactly(string path, SafeFileHandle file, Span<byte> target, long offset)
    {
        try
        {
            while (!target.IsEmpty)
            {
                var count = RandomAccess.Read(file, target, offset);
                if (count == 0) throw new WeightsException($"{path} became shorter while it was read; download or convert it again");
                target = target[count..];
                offset += count;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    private TensorInfo Readable(string name)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
            throw new WeightsException($"{Path}: there is no tensor '{name}' in it");
        if (!tensor.IsReadable)
            throw new WeightsException($"{Path}: tensor '{name}' is of {SafetensorsTypes.Format(tensor.Type)}"
                + "; only F32, F16 and BF16 can be read: convert the model again");
        if (tensor.Count > Array.MaxLength)
            throw new WeightsException($"{Path}: tensor '{name}' has {tensor.Count} values, more than can be read");
        return tensor;
    }

    /// <summary>Reads values from the given one on, as many as the chunk and the target hold.</summary>
    private int ReadChunk(TensorInfo tensor, long first, byte[] chunk, Span<float> target)
    {
        var bytesEach = SafetensorsTypes.Bits(tensor.Type) / 8;
        var count = (int)Math.Min(Math.Min(tensor.Count - first, target.Length), chunk.Length / bytesEach);
        var bytes = chunk.AsSpan(0, count * bytesEach);
        ReadExactly(Path, _file, bytes, _dataBegin + tensor.Begin + (first * bytesEach));
        Decode(bytes, tensor.Type, target[..count]);
        return count;
    }

    private static void Decode(ReadOnlySpan<byte> bytes, TensorType type, Span<float> values)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("safetensors are little-endian, and so must be the processor");
        switch (type)
        {
            case TensorType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            default:
                var bits = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
                break;
        }
    }

    private static WeightsException Unreadable(string path, Exception error) =>
        new($"{path} cannot be read ({error.Message.TrimEnd('.')}); check its permissions, or download or convert it again", error);
}
