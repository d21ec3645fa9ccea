using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Engine;

/// <summary>Keeps a result of three channels in memory.</summary>
internal sealed class MemorySink : IRowSink
{
    private readonly float[] _values; // [height][width][3]
    private int _filled;

    private MemorySink(int width, int height)
    {
        (Width, Height) = (width, height);
        _values = new float[checked(width * height * 3)];
        Array.Fill(_values, -1f); // its pages are there before anything is timed
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>What it holds.</summary>
    public long Bytes => _values.LongLength * sizeof(float);

    /// <summary>The last one once more where it has the size, else a new one.</summary>
    public static MemorySink For(MemorySink? last, int width, int height)
    {
        if (last?.Width == width && last.Height == height)
        {
            last._filled = 0;
            return last;
        }

        return new MemorySink(width, height);
    }

    /// <summary>Part of a row.</summary>
    public ReadOnlySpan<float> Row(int y, int left, int width) => _values.AsSpan(((y * Width) + left) * 3, width * 3);

    public void Begin(int width, int height, int channels)
    {
        if ((width, height, channels) != (Width, Height, 3))
            throw new BenchException($"the engine makes {width}×{height} of {channels} channels where {Width}×{Height} of 3 were expected");
    }

    public void Write(ReadOnlySpan<float> rows, int count)
    {
        rows.CopyTo(_values.AsSpan(_filled));
        _filled += rows.Length;
    }

    public void Complete()
    {
        if (_filled != _values.Length) throw new BenchException($"{_filled} of {_values.Length} values have come");
    }

    public void Dispose()
    {
    }
}
