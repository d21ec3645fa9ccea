namespace TorchUpscaler.Core;

/// <summary>
/// Gives the pixels that are transparent, wholly or nearly, the colours of their opaque neighbourhood, weighed by alpha: beside the
/// edge a small Gaussian's, further away those of areas that become larger the further off anything is to be seen. What stands there
/// in a file is anything, often black, or what dividing by an alpha of 1 to 3 has made of rounded numbers, and a network that
/// sees it draws it into the edges. Pixels that can be seen keep their colours.
/// </summary>
/// <param name="picture">The picture; it has alpha. Its colours under transparent pixels are overwritten.</param>
internal sealed class TransparentColours(Picture picture)
{
    private const float Visible = 0.02f;      // of full alpha; less is not to be seen
    private const int Reach = 2;              // pixels that the Gaussian reaches, each way
    private const int CellSize = 4;           // pixels of the smallest areas, each way
    private const int PixelsInStep = 1 << 18;

    // The Gaussian's weights by the distances across and down, σ = 1.
    private static readonly float[] s_near = [1, 0.6065f, 0.1353f];

    private readonly int _colours = picture.ColorChannels;
    private readonly float[][] _rows = [.. Enumerable.Range(0, (2 * Reach) + 1).Select(_ => new float[picture.Width * (picture.ColorChannels + 1)])];
    private int _rowsRead;

    /// <summary>Memory that it takes, in bytes: five rows, and the areas' colours.</summary>
    internal static long MemoryBytes(Picture picture)
    {
        long samples = picture.ColorChannels + 1, cells = 0;
        for (var (width, height) = (Cells(picture.Width), Cells(picture.Height)); ; (width, height) = ((width + 1) / 2, (height + 1) / 2))
        {
            cells += (long)width * height;
            if (width == 1 && height == 1) break;
        }
        return sizeof(float) * ((cells * samples) + (((2 * Reach) + 1) * picture.Width * samples));
    }

    /// <summary>The work, in small pieces.</summary>
    internal IEnumerable<bool> Work()
    {
        var levels = new List<Level> { new(Cells(picture.Width), Cells(picture.Height), _colours) };
        for (var y = 0; y < picture.Height; y++)
        {
            Gather(y, levels[0]);
            if (IsPause(y)) yield return true;
        }
        for (; levels[^1] is { Width: > 1 } or { Height: > 1 }; levels.Add(levels[^1].Halved())) yield return true;
        if (levels[^1].Weight(0, 0) == 0) yield break; // nothing is to be seen
        foreach (var level in levels)
        {
            level.Divide();
            yield return true;
        }
        for (var i = levels.Count - 2; i >= 0; i--)
        {
            levels[i].FillFrom(levels[i + 1]);
            yield return true;
        }

        _rowsRead = 0;
        for (var y = 0; y < picture.Height; y++)
        {
            for (; _rowsRead < Math.Min(picture.Height, y + Reach + 1); _rowsRead++) Read(_rowsRead);
            Fill(y, levels[0]);
            if (IsPause(y)) yield return true;
        }
    }

    private static int Cells(int pixels) => (pixels + CellSize - 1) / CellSize;

    private bool IsPause(int y) => (y + 1) % Math.Max(1, PixelsInStep / picture.Width) == 0;

    // A row with alpha as each pixel's last sample.
    private float[] Read(int y)
    {
        var row = _rows[y % _rows.Length];
        picture.Read(y, Part.All, row);
        return row;
    }

    private void Gather(int y, Level cells)
    {
        var row = Read(y);
        for (var x = 0; x < picture.Width; x++)
            if (row[(x * (_colours + 1)) + _colours] is >= Visible and var alpha) cells.Add(x / CellSize, y / CellSize, row.AsSpan(x * (_colours + 1), _colours), alpha);
    }

    private void Fill(int y, Level cells)
    {
        Span<float> colour = stackalloc float[_colours];
        var row = _rows[y % _rows.Length];
        for (var x = 0; x < picture.Width; x++)
        {
            if (row[(x * (_colours + 1)) + _colours] >= Visible) continue;
            if (!cells.HasOwnAround(x / CellSize, y / CellSize) || !Near(x, y, colour))
                cells.Between((x + 0.5f) / CellSize, (y + 0.5f) / CellSize, colour);
            Write(x, y, colour);
        }
    }

    private bool Near(int x, int y, Span<float> colour)
    {
        colour.Clear();
        var weights = 0f;
        for (var down = Math.Max(0, y - Reach); down <= Math.Min(picture.Height - 1, y + Reach); down++)
        {
            var row = _rows[down % _rows.Length];
            for (var across = Math.Max(0, x - Reach); across <= Math.Min(picture.Width - 1, x + Reach); across++)
            {
                var pixel = row.AsSpan(across * (_colours + 1), _colours + 1);
                if (pixel[_colours] < Visible) continue;
                var weight = pixel[_colours] * s_near[Math.Abs(down - y)] * s_near[Math.Abs(across - x)];
                weights += weight;
                for (var channel = 0; channel < _colours; channel++) colour[channel] += weight * pixel[channel];
            }
        }
        if (weights == 0) return false;
        for (var channel = 0; channel < _colours; channel++) colour[channel] /= weights;
        return true;
    }

    private void Write(int x, int y, ReadOnlySpan<float> colour)
    {
        if (picture.Bits == 8) Rounding.ToBytes(colour, picture.Row8(y).Slice(x * picture.Channels, _colours));
        else Rounding.ToUInt16(colour, picture.Row16(y).Slice(x * picture.Channels, _colours));
    }

    /// <summary>Areas of one size: sums of colours and their weights, later the colours.</summary>
    private sealed class Level(int width, int height, int colours)
    {
        private const float Borrowed = -1; // the weight of an area whose colour is not its own

        private readonly float[] _cells = new float[checked(width * height * (colours + 1))]; // [height][width][colours, weight]

        internal int Width => width;

        internal int Height => height;

        internal float Weight(int x, int y) => Cell(x, y)[colours];

        internal void Add(int x, int y, ReadOnlySpan<float> colour, float weight)
        {
            var cell = Cell(x, y);
            for (var channel = 0; channel < colours; channel++) cell[channel] += weight * colour[channel];
            cell[colours] += weight;
        }

        /// <summary>Areas twice as large each way.</summary>
        internal Level Halved()
        {
            var half = new Level((width + 1) / 2, (height + 1) / 2, colours);
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++) LanczosTaps.AddScaled(Cell(x, y), 1, half.Cell(x / 2, y / 2));
            return half;
        }

        /// <summary>Makes colours of the sums.</summary>
        internal void Divide()
        {
            for (var i = 0; i < _cells.Length; i += colours + 1)
                if (_cells[i + colours] is > 0 and var weight)
                    for (var channel = 0; channel < colours; channel++) _cells[i + channel] /= weight;
        }

        /// <summary>Gives what has no colour that of the larger areas around it.</summary>
        internal void FillFrom(Level larger)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    if (Weight(x, y) != 0) continue;
                    larger.Between((x + 0.5f) / 2, (y + 0.5f) / 2, Cell(x, y)[..colours]);
                    Cell(x, y)[colours] = Borrowed;
                }
            }
        }

        /// <summary>Whether anything is to be seen in an area or beside it.</summary>
        internal bool HasOwnAround(int x, int y)
        {
            for (var down = Math.Max(0, y - 1); down <= Math.Min(height - 1, y + 1); down++)
                for (var across = Math.Max(0, x - 1); across <= Math.Min(width - 1, x + 1); across++)
                    if (Weight(across, down) > 0) return true;
            return false;
        }

        /// <summary>The colour at a place, on straight lines between the areas' centres.</summary>
        internal void Between(float x, float y, Span<float> colour)
        {
            var (right, below) = (Math.Clamp(x - 0.5f, 0, width - 1), Math.Clamp(y - 0.5f, 0, height - 1));
            var (left, above) = ((int)right, (int)below);
            (right, below) = (right - left, below - above);
            var (next, lower) = (Math.Min(left + 1, width - 1), Math.Min(above + 1, height - 1));
            for (var channel = 0; channel < colours; channel++)
            {
                var top = Mixed(Cell(left, above)[channel], Cell(next, above)[channel], right);
                colour[channel] = Mixed(top, Mixed(Cell(left, lower)[channel], Cell(next, lower)[channel], right), below);
            }
        }

        private static float Mixed(float from, float to, float share) => from + (share * (to - from));

        private Span<float> Cell(int x, int y) => _cells.AsSpan(((y * width) + x) * (colours + 1), colours + 1);
    }
}
