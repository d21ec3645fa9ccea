namespace TorchUpscaler.Core;

/// <summary>The rows of a picture, or of its alpha, resized by Lanczos, one after the other as they are asked for.</summary>
/// <param name="picture">The picture; it must not change while its rows are read.</param>
/// <param name="part">What of it is resized: colours in linear light, alpha as it is stored.</param>
/// <param name="width">The result's width.</param>
/// <param name="height">The result's height.</param>
internal sealed class EnlargedPicture(Picture picture, Part part, int width, int height)
{
    private readonly LanczosRows _rows = new(picture.Width, picture.Height, width, height, picture.ChannelsOf(part), LightOf(part));
    private readonly float[] _source = new float[picture.Width * picture.ChannelsOf(part)]; // [picture width][channels]
    private readonly float[] _row = new float[checked(width * picture.ChannelsOf(part))];   // [width][channels]

    /// <summary>Memory that it takes, in bytes.</summary>
    internal static long MemoryBytes(Picture picture, Part part, long width, long height)
    {
        var channels = picture.ChannelsOf(part);
        return LanczosRows.MemoryBytes(picture.Width, picture.Height, width, height, channels, LightOf(part)) + (sizeof(float) * channels * (picture.Width + width));
    }

    /// <summary>What is weighed when a part is resized.</summary>
    internal static Light LightOf(Part part) => part == Part.Alpha ? Light.Stored : Light.Linear;

    /// <summary>Row <paramref name="y"/>, <c>[width][channels]</c>, unclamped; valid until the next call. Rows are asked for from top to bottom.</summary>
    internal ReadOnlySpan<float> Row(int y)
    {
        while (_rows.Taken < _rows.Needed(y))
        {
            picture.Read(_rows.Taken, part, _source);
            _rows.Take(_source);
        }
        _rows.Make(y, _row);
        return _row;
    }
}
