namespace TorchUpscaler.Core;

/// <summary>Blends the network's result with the Lanczos-enlarged picture: <c>enlarged + strength · (result − enlarged)</c>, of clamped samples as they are stored.</summary>
/// <param name="picture">The picture that is enlarged.</param>
/// <param name="part">What of it comes: its colours or its alpha.</param>
/// <param name="strength">The result's share, 0 to 1.</param>
/// <param name="next">Takes the blended rows; disposed with this sink.</param>
internal sealed class BlendSink(Picture picture, Part part, double strength, IRowSink next) : IRowSink
{
    private EnlargedPicture _enlarged = null!;
    private float[] _row = []; // [width][channels]
    private int _y;

    /// <summary>Memory that the sink takes, in bytes.</summary>
    internal static long MemoryBytes(Picture picture, Part part, (int Width, int Height) result) =>
        EnlargedPicture.MemoryBytes(picture, part, result.Width, result.Height) + (sizeof(float) * (long)result.Width * picture.ChannelsOf(part));

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        if (channels != picture.ChannelsOf(part)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "the picture has other channels");
        _enlarged = new EnlargedPicture(picture, part, width, height);
        _row = new float[checked(width * channels)];
        next.Begin(width, height, channels);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        var share = (float)strength;
        for (var i = 0; i < count; i++)
        {
            var result = rows.Slice(i * _row.Length, _row.Length);
            var enlarged = _enlarged.Row(_y++);
            for (var at = 0; at < _row.Length; at++)
            {
                var from = Math.Clamp(enlarged[at], 0, 1);
                _row[at] = from + (share * (Math.Clamp(result[at], 0, 1) - from));
            }
            next.Write(_row, 1);
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();
}
