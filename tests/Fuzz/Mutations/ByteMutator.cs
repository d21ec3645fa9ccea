using System.Buffers.Binary;

namespace TorchUpscaler.Fuzz.Mutations;

/// <summary>
/// Damages bytes without knowing what they mean: flips, odd numbers where a length may stand, truncations, and chunks
/// that go, come twice, change places or come from another file. The same seed gives the same damage everywhere.
/// </summary>
/// <param name="random">Decides everything.</param>
internal sealed class ByteMutator(Random random)
{
    private const int LongestChunk = 256;
    private const int MostCopies = 64;
    private const int LargestBlowUp = 1 << 20;

    private static readonly ulong[] s_oddNumbers =
        [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFF0, 0xFFFF_FFFF, 1UL << 32, 1UL << 40, 1UL << 62, long.MaxValue, 1UL << 63, ulong.MaxValue];

    /// <summary>One change, or up to four, at random places.</summary>
    /// <param name="bytes">The file, which stays as it is.</param>
    /// <param name="other">Another file, whose parts may come in.</param>
    internal byte[] Mutate(byte[] bytes, byte[] other)
    {
        for (var changes = random.Next(3) > 0 ? 1 : random.Next(2, 5); changes > 0; changes--) bytes = MutateOnce(bytes, other);
        return bytes;
    }

    /// <summary>The same, only in a part of the file.</summary>
    internal byte[] MutatePart(byte[] bytes, int begin, int end, byte[] other) =>
        [.. bytes[..begin], .. Mutate(bytes[begin..end], other), .. bytes[end..]];

    private byte[] MutateOnce(byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0) return Chunk(other);
        var at = random.Next(bytes.Length);
        var chunk = bytes.AsSpan(at, random.Next(1, Math.Min(LongestChunk, bytes.Length - at) + 1)).ToArray();
        return random.Next(10) switch
        {
            0 or 1 => With(bytes, at, [(byte)(bytes[at] ^ (1 << random.Next(8)))]),
            2 => With(bytes, at, [(byte)random.Next(256)]),
            3 or 4 => With(bytes, at, OddNumber()),
            5 => bytes[..at],
            6 => [.. bytes[..at], .. bytes[(at + chunk.Length)..]],
            7 => [.. bytes[..at], .. Repeated(chunk), .. bytes[at..]],
            8 => [.. bytes[..at], .. Chunk(other), .. bytes[at..]],
            _ => With(bytes, random.Next(bytes.Length), chunk),
        };
    }

    private byte[] OddNumber()
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, s_oddNumbers[random.Next(s_oddNumbers.Length)]);
        return bytes[..(1 << random.Next(4))];
    }

    /// <summary>Mostly once; sometimes so often that the file becomes large.</summary>
    private byte[] Repeated(byte[] chunk)
    {
        var copies = random.Next(40) switch
        {
            0 => random.Next(2, LargestBlowUp / chunk.Length),
            < 10 => random.Next(2, MostCopies),
            _ => 1,
        };
        return [.. Enumerable.Repeat(chunk, copies).SelectMany(bytes => bytes)];
    }

    private byte[] Chunk(byte[] other)
    {
        if (other.Length == 0) return [0];
        var at = random.Next(other.Length);
        return other[at..random.Next(at + 1, Math.Min(at + LongestChunk, other.Length) + 1)];
    }

    private static byte[] With(byte[] bytes, int at, byte[] change)
    {
        var changed = (byte[])bytes.Clone();
        change.AsSpan(0, Math.Min(change.Length, bytes.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
