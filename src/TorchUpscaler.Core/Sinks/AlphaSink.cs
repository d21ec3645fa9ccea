using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>
/// Adds alpha to the colours that the network made (straight, not premultiplied): one that has been made before, or else the
/// input's, enlarged by Lanczos with three lobes (its overshoots are clamped where the rows are rounded). An opaque picture's
/// alpha is not computed.
/// </summary>
/// <param name="input">The picture that is enlarged; it has alpha and must not change meanwhile.</param>
/// <param name="next">Takes the rows with alpha as their last channel; disposed with this sink.</param>
/// <param name="made">The result's alpha, a grey picture of its size, where it has been made before.</param>
public sealed class AlphaSink(Picture input, IRowSink next, Picture? made = null) : IRowSink
{
    private EnlargedPicture? _enlarged; // null: opaque, or made before
    private float[] _made = [];    // [width], a row of what was made before
    private float[] _chunk = [];   // [chunk rows][width][channels + 1]
    private int _width;
    private int _channels;
    private int _chunkRows;
    private int _y;

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        if (!input.HasAlpha) throw new InvalidOperationException("the picture has no alpha");
        _width = width;
        _channels = channels;
        _chunkRows = Math.Min(height, RowChunks.RowsOf(checked(width * (channels + 1))));
        _chunk = new float[_chunkRows * width * (channels + 1)];
        if (made is not null) _made = new float[width];
        else if (!input.IsOpaque()) _enlarged = new EnlargedPicture(input, Part.Alpha, width, height);
        next.Begin(width, height, channels + 1);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        Debug.Assert(rows.Length >= (long)count * _width * _channels);
        for (var done = 0; done < count;)
        {
            var chunkRows = Math.Min(count - done, _chunkRows);
            for (var row = 0; row < chunkRows; row++) MergeRow(rows.Slice((done + row) * _width * _channels, _width * _channels), row);
            next.Write(_chunk.AsSpan(0, chunkRows * _width * (_channels + 1)), chunkRows);
            done += chunkRows;
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();

    private void MergeRow(ReadOnlySpan<float> colours, int chunkRow)
    {
        var merged = _chunk.AsSpan(chunkRow * _width * (_channels + 1), _width * (_channels + 1));
        var alpha = AlphaOf(_y++);
        if (_channels == 3) MergeRgb(colours, alpha, merged);
        else MergeGrey(colours, alpha, merged);
    }

    private ReadOnlySpan<float> AlphaOf(int y)
    {
        if (made is null) return _enlarged is null ? default : _enlarged.Row(y);
        made.Read(y, Part.Colours, _made);
        return _made;
    }

    private static void MergeRgb(ReadOnlySpan<float> rgb, ReadOnlySpan<float> alpha, Span<float> rgba)
    {
        for (var x = 0; x < rgba.Length / 4; x++)
        {
            var from = rgb.Slice(3 * x, 3);
            var to = rgba.Slice(4 * x, 4);
            to[0] = from[0];
            to[1] = from[1];
            to[2] = from[2];
            to[3] = alpha.IsEmpty ? 1 : alpha[x];
        }
    }

    private static void MergeGrey(ReadOnlySpan<float> grey, ReadOnlySpan<float> alpha, Span<float> greyAlpha)
    {
        for (var x = 0; x < grey.Length; x++)
        {
            greyAlpha[2 * x] = grey[x];
            greyAlpha[2 * x + 1] = alpha.IsEmpty ? 1 : alpha[x];
        }
    }
}
