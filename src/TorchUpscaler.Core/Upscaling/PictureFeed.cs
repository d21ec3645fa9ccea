using System.Diagnostics;

namespace TorchUpscaler.Core;

/// <summary>Hands a picture's own colours to a sink, as a run of no network does.</summary>
internal sealed class PictureFeed : IUpscaleRun
{
    private const double StepSeconds = 0.1;

    /// <summary>What the runtime may still take meanwhile.</summary>
    private const long RuntimeBytes = 48L << 20;

    private readonly Picture _picture;
    private readonly IRowSink _output;
    private readonly float[] _row; // [width][channels]
    private int _y;
    private bool _isDone;

    private PictureFeed(Picture picture, IRowSink output)
    {
        (_picture, _output) = (picture, output);
        _row = new float[checked(picture.Width * picture.ColorChannels)];
    }

    /// <summary>Begins.</summary>
    /// <exception cref="DoesNotFitException">The sinks do not fit the budget.</exception>
    internal static PictureFeed Start(Picture picture, RunOptions options, IRowSink output)
    {
        var needed = Environment.WorkingSet + options.ReservedBytes + RuntimeBytes;
        return needed <= options.MemoryBytes ? new PictureFeed(picture, output) : throw new DoesNotFitException(needed, options.MemoryBytes);
    }

    /// <inheritdoc/>
    public double Step()
    {
        if (_isDone) return 1;
        var clock = Stopwatch.StartNew();
        if (_y == 0) _output.Begin(_picture.Width, _picture.Height, _picture.ColorChannels);
        while (_y < _picture.Height && clock.Elapsed.TotalSeconds < StepSeconds)
        {
            _picture.Read(_y++, Part.Colours, _row);
            _output.Write(_row, 1);
        }
        if (_y < _picture.Height) return (double)_y / _picture.Height;
        _output.Complete();
        _isDone = true;
        return 1;
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
