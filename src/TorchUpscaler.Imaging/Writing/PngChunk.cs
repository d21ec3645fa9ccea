using System.Buffers.Binary;
using System.IO.Hashing;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>A PNG's chunk (PNG, third edition, 5.3): length, type, data, and a CRC of the latter two.</summary>
internal static class PngChunk
{
    /// <summary>Where the data begins.</summary>
    internal const int DataAt = 8;

    /// <summary>Bytes beside the data.</summary>
    internal const int Overhead = 12;

    /// <summary>A chunk of this type and data.</summary>
    internal static byte[] Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var chunk = new byte[Overhead + data.Length];
        data.CopyTo(chunk.AsSpan(DataAt));
        Frame(chunk, type);
        return chunk;
    }

    /// <summary>Makes a chunk around data that stands where it belongs.</summary>
    /// <param name="chunk">The whole chunk.</param>
    /// <param name="type">Four letters.</param>
    internal static void Frame(Span<byte> chunk, ReadOnlySpan<byte> type)
    {
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)(chunk.Length - Overhead));
        type.CopyTo(chunk[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(chunk[^4..], Crc32.HashToUInt32(chunk[4..^4]));
    }
}
