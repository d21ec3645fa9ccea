using System.Buffers.Binary;
using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Pickles;

/// <summary>The bytes of one or several pickles on end, read forward from a part of a file that is never left.</summary>
/// <param name="file">The file.</param>
/// <param name="where">What the part is called in messages.</param>
/// <param name="begin">Its first byte in the file.</param>
/// <param name="end">The byte after its last.</param>
internal sealed class PickleInput(InputFile file, string where, long begin, long end)
{
    private const int MaximumLine = 256;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[1 << 14];
    private int _buffered;
    private int _next;
    private long _fetched = begin;

    /// <summary>Objects that all pickles read from here have made so far.</summary>
    internal int Objects { get; set; }

    /// <summary>Offset in the file of the byte that comes next.</summary>
    internal long Position => _fetched - _buffered + _next;

    internal long Remaining => end - Position;

    internal byte ReadByte()
    {
        if (_next == _buffered) Fetch();
        return _buffer[_next++];
    }

    internal ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Read(stackalloc byte[2]));

    internal int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Read(stackalloc byte[4]));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(stackalloc byte[4]));

    internal ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(stackalloc byte[8]));

    internal double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Read(stackalloc byte[8]));

    internal byte[] ReadBytes(long count)
    {
        if (count > Remaining)
            throw Refused($"wants {count} bytes at byte {Position} and has {Remaining} left"
                + "; the file is cut off or damaged, download it again");
        var bytes = new byte[count];
        Read(bytes);
        return bytes;
    }

    internal string ReadText(long bytes)
    {
        var at = Position;
        try
        {
            return s_strictUtf8.GetString(ReadBytes(bytes));
        }
        catch (DecoderFallbackException error)
        {
            throw Refused($"has a text at byte {at} that is not valid UTF-8", error);
        }
    }

    /// <summary>Reads up to the next line feed, which is left away.</summary>
    internal string ReadLine()
    {
        var at = Position;
        var line = new StringBuilder();
        for (var next = ReadByte(); next != '\n'; next = ReadByte())
        {
            if (line.Length == MaximumLine) throw Refused($"has a name at byte {at} that does not end");
            line.Append((char)next);
        }
        return line.ToString();
    }

    /// <summary>An error that names the file and the part.</summary>
    internal WeightsException Refused(string fault, Exception? inner = null) => new($"{file.Path} is refused: {where} {fault}", inner);

    private Span<byte> Read(Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++) target[i] = ReadByte();
        return target;
    }

    private void Fetch()
    {
        if (_fetched >= end)
            throw Refused($"ends at byte {end} in the middle of a pickle; the file is cut off or damaged, download it again");
        _buffered = (int)Math.Min(_buffer.Length, end - _fetched);
        file.Read(_fetched, _buffer.AsSpan(0, _buffered), where);
        _fetched += _buffered;
        _next = 0;
    }
}
