namespace TorchUpscaler.Core;

/// <summary>
/// Keeps flat parts of an alpha channel flat: where a pixel of the picture and all around it have one alpha, so has the result. A
/// network that was trained on photos leaves a faint grain there, and what was opaque would let something through.
/// </summary>
/// <param name="picture">The picture that is enlarged; it has alpha.</param>
/// <param name="next">Takes the rows; disposed with this sink.</param>
internal sealed class FlatAlphaSink(Picture picture, IRowSink next) : IRowSink
{
    private const float NotFlat = -1;

    private readonly float[][] _alpha = [.. Enumerable.Range(0, 3).Select(_ => new float[picture.Width])]; // picture row y stands at y % 3
    private readonly float[] _flat = new float[picture.Width]; // the alpha of the current picture row where it is flat
    private float[] _row = []; // [result width]
    private int _height;
    private int _y;
    private int _read;         // picture rows that have been read
    private int _current = -1; // the picture row of _flat

    /// <summary>Memory that the sink takes, in bytes.</summary>
    internal static long MemoryBytes(Picture picture, long resultWidth) => sizeof(float) * ((4L * picture.Width) + resultWidth);

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        if (channels != 1) throw new ArgumentOutOfRangeException(nameof(channels), channels, "alpha has one channel");
        (_row, _height) = (new float[width], height);
        next.Begin(width, height, channels);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        for (var i = 0; i < count; i++)
        {
            FindFlat((int)(((2L * _y++) + 1) * picture.Height / (2L * _height)));
            var alpha = rows.Slice(i * _row.Length, _row.Length);
            for (var x = 0; x < _row.Length; x++)
            {
                var flat = _flat[(int)(((2L * x) + 1) * picture.Width / (2L * _row.Length))];
                _row[x] = flat == NotFlat ? alpha[x] : flat;
            }
            next.Write(_row, 1);
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();

    private void FindFlat(int y)
    {
        if (y == _current) return;
        _current = y;
        var (first, end) = (Math.Max(0, y - 1), Math.Min(picture.Height, y + 2));
        for (; _read < end; _read++) picture.Read(_read, Part.Alpha, _alpha[_read % 3]);
        for (var x = 0; x < _flat.Length; x++)
        {
            var alpha = _alpha[y % 3][x];
            var isFlat = true;
            for (var row = first; row < end; row++)
                foreach (var other in _alpha[row % 3].AsSpan(Math.Max(0, x - 1)..Math.Min(_flat.Length, x + 2))) isFlat &= other == alpha;
            _flat[x] = isFlat ? alpha : NotFlat;
        }
    }
}
