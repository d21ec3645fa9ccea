using System.Numerics;
using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu;

/// <summary>Hands a run's finished rows to its sink, interleaved, once it is known that they are numbers.</summary>
/// <param name="sink">Takes the rows.</param>
/// <param name="width">Pixels in a row; what a network has made beyond them is cut off.</param>
/// <param name="height">Rows; what a network has made beyond them is cut off.</param>
/// <param name="channels">Samples in a pixel.</param>
/// <param name="most">Rows that come at a time, at most.</param>
internal sealed class ResultRows(IRowSink sink, int width, int height, int channels, int most)
{
    private readonly float[] _rows = new float[checked(most * width * channels)]; // [most][width][channels]
    private volatile bool _finite = true;

    /// <summary>Fills one row, <c>[width][channels]</c>.</summary>
    public delegate void Fill(int row, Span<float> target);

    /// <summary>Tells the sink what comes.</summary>
    public void Begin() => sink.Begin(width, height, channels);

    /// <summary>Hands over rows [first, end), as far as they are in the picture.</summary>
    /// <exception cref="WeightsException">One of them has NaN or infinity in it.</exception>
    public void Emit(Convolver convolver, int firstRow, int endRow, Fill fill)
    {
        var first = Math.Max(0, firstRow);
        var end = Math.Min(endRow, height);
        if (first >= end) return;
        var rowFloats = width * channels;
        convolver.Each(1, first, end, (_, row) =>
        {
            var target = _rows.AsSpan((row - first) * rowFloats, rowFloats);
            fill(row, target);
            if (!IsFinite(target)) _finite = false;
        });
        if (!_finite) throw WeightsException.ResultIsNotFinite();
        sink.Write(_rows.AsSpan(0, (end - first) * rowFloats), end - first);
    }

    // A value times zero is zero unless it is NaN or infinite.
    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        var sum = Vector<float>.Zero;
        foreach (var vector in vectors) sum += vector * Vector<float>.Zero;
        var check = Vector.Sum(sum);
        foreach (var value in values[(vectors.Length * Vector<float>.Count)..]) check += value * 0;
        return check == 0;
    }
}
