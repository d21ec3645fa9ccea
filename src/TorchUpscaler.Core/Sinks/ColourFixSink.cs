namespace TorchUpscaler.Core;

/// <summary>
/// Gives a result the picture's own low frequencies: <c>result + lowpass(picture − result)</c>. The low pass is the same for both:
/// the mean over the area of each of the picture's pixels (of the picture, the pixel itself), a Gaussian over these means, and
/// straight lines between them.
/// </summary>
/// <remarks>
/// The Gaussian has σ = 4 of the picture's pixels. What a network draws anew (edges, hair, grain) is a few of them wide and averages
/// out; a tint, or a brightness that has drifted, reaches further and goes. It is worked on at the picture's size, so that it costs
/// next to nothing; kept are the result's rows until the means of twelve picture rows below them are known.
/// </remarks>
/// <param name="picture">The picture that is enlarged, by 1 or more each way.</param>
/// <param name="next">Takes the rows; disposed with this sink.</param>
internal sealed class ColourFixSink(Picture picture, IRowSink next) : IRowSink
{
    private const double Sigma = 4;
    private const int Radius = 12; // three σ

    private static readonly double[] s_gaussian = [.. Enumerable.Range(-Radius, (2 * Radius) + 1).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma)))];

    private readonly int _channels = picture.ColorChannels;
    private readonly float[] _pixels = new float[picture.Width * picture.ColorChannels]; // a row of the picture
    private readonly double[] _sums = new double[picture.Width * picture.ColorChannels]; // of the result's samples in each pixel's area
    private readonly float[][] _across = Rows(picture, (2 * Radius) + 1);                // differences, low-passed across: picture row y at y % 25
    private readonly float[][] _low = Rows(picture, 2);                                  // and down, of the two rows nearest to a result row
    private readonly int[] _lowRows = [-1, -1];
    private float[][] _waiting = []; // [rows][width][channels]: result row y, clamped, stands at y % rows
    private Place[] _places = [];    // [width]
    private int[] _areas = [];       // columns of the result in each pixel's area
    private int _width;
    private int _height;
    private int _rowsInArea;         // result rows that _sums has
    private int _known;              // picture rows whose differences are known
    private int _taken;
    private int _given;

    private readonly record struct Place(int Before, int After, float Share);

    /// <summary>Memory that the sink takes, in bytes.</summary>
    internal static long MemoryBytes(Picture picture, (int Width, int Height) result)
    {
        long channels = picture.ColorChannels, row = picture.Width * channels;
        return (sizeof(float) * ((long)Waiting(picture.Height, result.Height) + 1) * result.Width * channels) + (16L * result.Width)
            + (sizeof(float) * row * ((2 * Radius) + 4)) + (sizeof(double) * row) + (sizeof(int) * (long)picture.Width);
    }

    /// <inheritdoc/>
    public void Begin(int width, int height, int channels)
    {
        if (channels != _channels) throw new ArgumentOutOfRangeException(nameof(channels), channels, "the picture has other channels");
        if (width < picture.Width || height < picture.Height) throw new ArgumentOutOfRangeException(nameof(width), width, "the result is smaller than the picture");
        (_width, _height) = (width, height);
        _waiting = [.. Enumerable.Range(0, Waiting(picture.Height, height)).Select(_ => new float[checked(width * channels)])];
        _places = [.. Enumerable.Range(0, width).Select(x => PlaceOf(x, picture.Width, width))];
        _areas = new int[picture.Width];
        for (var x = 0; x < width; x++) _areas[AreaOf(x, picture.Width, width)]++;
        next.Begin(width, height, channels);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Take(rows.Slice(i * _width * _channels, _width * _channels));
            while (_given < _taken && _known >= Needed(_given, picture.Height, _height)) Give(_given++);
        }
    }

    /// <inheritdoc/>
    public void Complete() => next.Complete();

    /// <inheritdoc/>
    public void Dispose() => next.Dispose();

    private void Take(ReadOnlySpan<float> row)
    {
        var kept = _waiting[_taken % _waiting.Length];
        for (var i = 0; i < kept.Length; i++) kept[i] = Math.Clamp(row[i], 0, 1);
        for (var (x, at) = (0, 0); x < _width; x++)
        {
            var area = AreaOf(x, picture.Width, _width) * _channels;
            for (var channel = 0; channel < _channels; channel++) _sums[area + channel] += kept[at++];
        }
        _rowsInArea++;
        _taken++;
        if (_taken == _height || AreaOf(_taken, picture.Height, _height) != AreaOf(_taken - 1, picture.Height, _height)) EndArea();
    }

    // All result rows in the area of a picture row have come.
    private void EndArea()
    {
        picture.Read(_known, Part.Colours, _pixels);
        for (var i = 0; i < _pixels.Length; i++) _pixels[i] -= (float)(_sums[i] / ((double)_areas[i / _channels] * _rowsInArea));
        var across = _across[_known % _across.Length];
        for (var i = 0; i < across.Length; i++)
        {
            var (sum, weights) = (0.0, 0.0);
            for (var tap = -Radius; tap <= Radius; tap++)
            {
                var x = (i / _channels) + tap;
                if (x < 0 || x >= picture.Width) continue;
                sum += s_gaussian[tap + Radius] * _pixels[i + (tap * _channels)];
                weights += s_gaussian[tap + Radius];
            }
            across[i] = (float)(sum / weights);
        }
        _known++;
        _rowsInArea = 0;
        Array.Clear(_sums);
    }

    private void Give(int y)
    {
        var down = PlaceOf(y, picture.Height, _height);
        var (above, below) = (LowPassed(down.Before), LowPassed(down.After));
        var row = _waiting[y % _waiting.Length];
        for (var (x, at) = (0, 0); x < _width; x++)
        {
            var (before, after, share) = _places[x];
            for (var channel = 0; channel < _channels; channel++, at++)
            {
                var (left, right) = ((before * _channels) + channel, (after * _channels) + channel);
                var top = above[left] + (share * (above[right] - above[left]));
                var bottom = below[left] + (share * (below[right] - below[left]));
                row[at] += top + (down.Share * (bottom - top));
            }
        }
        next.Write(row, 1);
    }

    private float[] LowPassed(int y)
    {
        var low = _low[y % 2];
        if (_lowRows[y % 2] == y) return low;
        _lowRows[y % 2] = y;
        Array.Clear(low);
        var (first, end) = (Math.Max(0, y - Radius), Math.Min(picture.Height, y + Radius + 1));
        var weights = 0.0;
        for (var row = first; row < end; row++) weights += s_gaussian[row - y + Radius];
        for (var row = first; row < end; row++) LanczosTaps.AddScaled(_across[row % _across.Length], (float)(s_gaussian[row - y + Radius] / weights), low);
        return low;
    }

    // How many result rows wait at most until what they need is known.
    private static int Waiting(int height, int resultHeight)
    {
        var most = 1;
        for (var (y, end) = (0, 0); y < resultHeight; y++)
        {
            var needed = Needed(y, height, resultHeight);
            while (end < resultHeight && AreaOf(end, height, resultHeight) < needed) end++;
            most = Math.Max(most, end - y);
        }
        return most;
    }

    private static int Needed(int y, int height, int resultHeight) => Math.Min(height, PlaceOf(y, height, resultHeight).After + Radius + 1);

    // The pixel that a result pixel's centre lies in.
    private static int AreaOf(int result, int pixels, int results) => (int)(((2L * result) + 1) * pixels / (2L * results));

    // The pixels whose centres a result pixel's centre lies between, and the share of the second one.
    private static Place PlaceOf(int result, int pixels, int results)
    {
        var place = Math.Clamp(((result + 0.5) * pixels / results) - 0.5, 0, pixels - 1);
        var before = (int)place;
        return new Place(before, Math.Min(before + 1, pixels - 1), (float)(place - before));
    }

    private static float[][] Rows(Picture picture, int count) => [.. Enumerable.Range(0, count).Select(_ => new float[picture.Width * picture.ColorChannels])];
}
