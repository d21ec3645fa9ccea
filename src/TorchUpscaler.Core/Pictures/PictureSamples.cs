using System.Numerics;

namespace TorchUpscaler.Core;

/// <summary>A part of a picture's channels.</summary>
internal enum Part
{
    /// <summary>Grey or RGB.</summary>
    Colours,

    /// <summary>Alpha alone.</summary>
    Alpha,

    /// <summary>All channels.</summary>
    All,
}

/// <summary>A decoded picture's samples as the sinks work on them: floats, black 0 and white 1.</summary>
public static class PictureSamples
{
    /// <summary>Channels of a part of a picture.</summary>
    internal static int ChannelsOf(this Picture picture, Part part) => part switch
    {
        Part.Colours => picture.ColorChannels,
        Part.Alpha => 1,
        _ => picture.Channels,
    };

    /// <summary>Reads a row of a part of the picture, <c>[width][its channels]</c>.</summary>
    internal static void Read(this Picture picture, int y, Part part, Span<float> target)
    {
        var first = part == Part.Alpha ? picture.Channels - 1 : 0;
        var channels = picture.ChannelsOf(part);
        if (picture.Bits == 8) Read<byte>(picture.Row8(y), picture.Channels, first, channels, byte.MaxValue, target);
        else Read<ushort>(picture.Row16(y), picture.Channels, first, channels, ushort.MaxValue, target);
    }

    /// <summary>Copies a row of another picture's alpha into a grey picture of the same size and bits.</summary>
    internal static void CopyAlpha(this Picture grey, Picture picture, int y)
    {
        if (picture.Bits == 8) CopyLast<byte>(picture.Row8(y), picture.Channels, grey.Row8(y));
        else CopyLast<ushort>(picture.Row16(y), picture.Channels, grey.Row16(y));
    }

    /// <summary>Whether nothing shows through: it has no alpha, or one that is full everywhere.</summary>
    public static bool IsOpaque(this Picture picture)
    {
        if (!picture.HasAlpha) return true;
        for (var y = 0; y < picture.Height; y++)
        {
            var isFull = picture.Bits == 8 ? IsFull<byte>(picture.Row8(y), picture.Channels) : IsFull<ushort>(picture.Row16(y), picture.Channels);
            if (!isFull) return false;
        }
        return true;
    }

    private static void Read<T>(ReadOnlySpan<T> row, int stride, int first, int channels, float white, Span<float> target) where T : unmanaged, INumberBase<T>
    {
        for (var (from, to) = (first, 0); from < row.Length; from += stride, to += channels)
            for (var channel = 0; channel < channels; channel++) target[to + channel] = float.CreateTruncating(row[from + channel]) / white;
    }

    private static void CopyLast<T>(ReadOnlySpan<T> row, int channels, Span<T> target)
    {
        for (var x = 0; x < target.Length; x++) target[x] = row[((x + 1) * channels) - 1];
    }

    private static bool IsFull<T>(ReadOnlySpan<T> row, int channels) where T : unmanaged, IMinMaxValue<T>, IEqualityOperators<T, T, bool>
    {
        for (var i = channels - 1; i < row.Length; i += channels)
            if (row[i] != T.MaxValue) return false;
        return true;
    }
}
