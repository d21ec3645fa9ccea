using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>What a grey profile of a curve (ICC.1:2022, 8.5 and 10.6, 10.18) makes of each grey.</summary>
internal static class GreyProfile
{
    private const int Levels = 1 << 16;
    private const int TagsAt = 128, TagBytes = 12, MostTags = 1000;

    /// <summary>The grey of sRGB, in 8 bits, for each of 16 bits of the profile. Null where there is no profile for grey, or none that can be used.</summary>
    internal static byte[]? ToSrgb(byte[]? profile)
    {
        if (profile is null || !IccProfile.Fits(profile, isGrey: true) || Curve(profile) is not { } light) return null;
        var curve = new byte[Levels];
        for (var i = 0; i < Levels; i++) curve[i] = SrgbCurve.Byte(light(i / (Levels - 1.0)));
        return curve;
    }

    private static Func<double, double>? Curve(byte[] profile)
    {
        if (Bytes(profile, TagsAt, 4) is not { } counted) return null;
        var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(counted), MostTags);
        for (var i = 0; i < count; i++)
        {
            if (Bytes(profile, TagsAt + 4 + (i * TagBytes), TagBytes) is not { } entry) return null;
            if (!entry.AsSpan(0, 4).SequenceEqual("kTRC"u8)) continue;
            var (at, length) = (BinaryPrimitives.ReadUInt32BigEndian(entry.AsSpan(4)), BinaryPrimitives.ReadUInt32BigEndian(entry.AsSpan(8)));
            if (Bytes(profile, at, length) is not { Length: >= 12 } tag) return null;
            if (tag.AsSpan().StartsWith("curv"u8)) return Table(tag);
            return tag.AsSpan().StartsWith("para"u8) ? Parametric(tag) : null;
        }
        return null;
    }

    // No number: light itself. One: a power, in 256ths. More: a table to look between.
    private static Func<double, double>? Table(byte[] tag)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(tag.AsSpan(8));
        if (count > (tag.Length - 12) / 2) return null;
        ushort Entry(int i) => BinaryPrimitives.ReadUInt16BigEndian(tag.AsSpan(12 + (2 * i)));
        if (count == 0) return x => x;
        if (count == 1) return x => Math.Pow(x, Entry(0) / 256.0);
        return x =>
        {
            var place = x * (count - 1);
            var below = (int)Math.Min(place, count - 2);
            return (Entry(below) + ((Entry(below + 1) - Entry(below)) * (place - below))) / ushort.MaxValue;
        };
    }

    private static Func<double, double>? Parametric(byte[] tag)
    {
        var kind = BinaryPrimitives.ReadUInt16BigEndian(tag.AsSpan(8));
        int[] numbers = [1, 3, 4, 5, 7];
        if (kind >= numbers.Length || tag.Length < 12 + (4 * numbers[kind])) return null;
        double Number(int i) => i < numbers[kind] ? BinaryPrimitives.ReadInt32BigEndian(tag.AsSpan(12 + (4 * i))) / 65536.0 : 0;
        var (gamma, a, b, c, d) = (Number(0), Number(1), Number(2), Number(3), Number(4));
        return kind switch
        {
            0 => x => Math.Pow(x, gamma),
            1 => x => (a * x) + b >= 0 ? Math.Pow((a * x) + b, gamma) : 0,
            2 => x => (a * x) + b >= 0 ? Math.Pow((a * x) + b, gamma) + c : c,
            _ => x => x >= d ? Math.Pow((a * x) + b, gamma) + Number(5) : (c * x) + Number(6),
        };
    }

    private static byte[]? Bytes(byte[] profile, long at, long count) =>
        at >= 0 && count <= profile.Length - at ? profile.AsSpan((int)at, (int)count).ToArray() : null;
}
