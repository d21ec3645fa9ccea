using System.Buffers.Binary;
using TorchUpscaler.Fuzz.Mutations;

namespace TorchUpscaler.Fuzz.Pictures;

/// <summary>Damages picture files. Checksums and lengths are mostly made right again, as damage would else end at them.</summary>
internal sealed class PictureMutator(int seed)
{
    private const int PngSignature = 8, PngOverhead = 12;

    private readonly Random _random = new(seed);

    /// <summary>One damaged file.</summary>
    internal byte[] Next(IReadOnlyList<byte[]> seeds)
    {
        byte[] bytes = seeds[_random.Next(seeds.Count)], other = seeds[_random.Next(seeds.Count)];
        var mutator = new ByteMutator(_random);
        // Half of the time in the head, where sizes, tables and metadata are.
        var damaged = _random.Next(2) == 0 ? mutator.Mutate(bytes, other) : mutator.MutatePart(bytes, 0, Math.Min(bytes.Length, _random.Next(40, 1200)), other);
        if (_random.Next(5) == 0) return damaged;
        if (damaged.Length > PngSignature && damaged[0] == 0x89 && damaged[1] == 'P') SetChecksums(damaged);
        else if (damaged.AsSpan().StartsWith("RIFF"u8) && damaged.Length >= 8) BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(4), damaged.Length - 8);
        return damaged;
    }

    private static void SetChecksums(byte[] png)
    {
        for (var at = PngSignature; at + PngOverhead <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - PngOverhead) return;
            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(end), Crc(png.AsSpan((at + 4)..end)));
            at = end + 4;
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
