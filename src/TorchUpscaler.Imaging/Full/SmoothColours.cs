namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// JPEG's brightness and colours as RGB (ITU-T T.871, 7). Where several pixels have one difference of colour, ImageSharp repeats it, which
/// leaves steps at the edges of things; here it goes over smoothly into its neighbours, three parts of the nearest and one of the next, as
/// other programs have it.
/// </summary>
internal sealed class SmoothColours
{
    private const int FewestColumns = 3; // too few to smooth

    private readonly PixelBuffer _pixels;
    private readonly int _stepX, _stepY, _columns, _rows;
    private readonly bool _smoothX, _smoothY;
    private readonly int[] _sums; // [columns] of the differences, three parts of a row and one of the next where they are smoothed down

    /// <summary>Prepares for a picture.</summary>
    /// <param name="pixels">Brightness and the two differences for each pixel.</param>
    /// <param name="step">How many pixels of a row, and how many rows, have one difference.</param>
    internal SmoothColours(PixelBuffer pixels, (int Across, int Down) step)
    {
        (_pixels, (_stepX, _stepY)) = (pixels, step);
        (_columns, _rows) = (((pixels.Width - 1) / _stepX) + 1, ((pixels.Height - 1) / _stepY) + 1);
        // Coarser ones are rare, and are repeated everywhere.
        var isSmoothed = step is (2, 1) or (1, 2) or (2, 2) && _columns >= FewestColumns;
        (_smoothX, _smoothY) = (isSmoothed && _stepX == 2, isSmoothed && _stepY == 2);
        _sums = new int[_columns];
    }

    /// <summary>A row in RGB.</summary>
    internal void ToRgb(int y, Span<byte> rgb)
    {
        var brightness = _pixels.Row(y);
        for (var x = 0; x < _pixels.Width; x++) rgb[3 * x] = brightness[3 * x];
        Spread(y, 1, rgb);
        Spread(y, 2, rgb);
        for (var at = 0; at < rgb.Length; at += 3)
        {
            int light = rgb[at], blue = rgb[at + 1] - 128, red = rgb[at + 2] - 128;
            rgb[at] = Cut(light + Rounded(91881 * red)); // 1.402 · 65536, and so on
            rgb[at + 1] = Cut(light + Rounded((-22554 * blue) - (46802 * red)));
            rgb[at + 2] = Cut(light + Rounded(116130 * blue));
        }
    }

    // One of the differences over a row.
    private void Spread(int y, int channel, Span<byte> rgb)
    {
        Sum(y, channel);
        var shift = (_smoothX ? 2 : 0) + (_smoothY ? 2 : 0); // four parts each way
        if (!_smoothX)
        {
            // Half is rounded up and down by turns, so that nothing drifts.
            var half = shift == 0 ? 0 : (y & 1) == 0 ? 1 : 2;
            for (var x = 0; x < _pixels.Width; x++) rgb[(3 * x) + channel] = (byte)((_sums[x / _stepX] + half) >> shift);
            return;
        }
        var (left, right) = _smoothY ? (8, 7) : (1, 2);
        for (var x = 0; x < _pixels.Width; x++)
        {
            var column = x / 2;
            var next = Math.Clamp((x & 1) == 0 ? column - 1 : column + 1, 0, _columns - 1);
            rgb[(3 * x) + channel] = (byte)(((3 * _sums[column]) + _sums[next] + ((x & 1) == 0 ? left : right)) >> shift);
        }
    }

    private void Sum(int y, int channel)
    {
        var row = y / _stepY;
        var near = _pixels.Row(row * _stepY);
        if (!_smoothY)
        {
            for (var i = 0; i < _columns; i++) _sums[i] = near[(3 * i * _stepX) + channel];
            return;
        }
        var next = _pixels.Row(Math.Clamp((y & 1) == 0 ? row - 1 : row + 1, 0, _rows - 1) * _stepY);
        for (var i = 0; i < _columns; i++) _sums[i] = (3 * near[(3 * i * _stepX) + channel]) + next[(3 * i * _stepX) + channel];
    }

    private static int Rounded(int value) => (value + 32768) >> 16;

    private static byte Cut(int value) => (byte)Math.Clamp(value, 0, 255);
}
