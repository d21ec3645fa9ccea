namespace TorchUpscaler.Core.Tests.Sinks;

/// <summary>Keeps the rows that it is given.</summary>
internal sealed class RecordingSink : IRowSink
{
    public (int Width, int Height, int Channels) Size { get; private set; }

    public List<float> Samples { get; } = [];

    public int Rows { get; private set; }

    public bool Completed { get; private set; }

    public bool Disposed { get; private set; }

    /// <summary>How long a call takes.</summary>
    public TimeSpan Delay { get; init; }

    public void Begin(int width, int height, int channels) => Size = (width, height, channels);

    public void Write(ReadOnlySpan<float> rows, int count)
    {
        Thread.Sleep(Delay);
        Rows += count;
        Samples.AddRange(rows[..(count * Size.Width * Size.Channels)]);
    }

    public void Complete() => Completed = true;

    public void Dispose() => Disposed = true;
}

/// <summary>Keeps the encoded rows that it is given.</summary>
internal sealed class RecordingWriter(ResultShape shape) : IPictureWriter
{
    public ResultShape Shape { get; } = shape;

    public List<byte> Bytes { get; } = [];

    public bool Completed { get; private set; }

    public bool Disposed { get; private set; }

    public void Write(ReadOnlySpan<byte> rows, int count)
    {
        Assert.Equal(count * Shape.Width * Shape.Channels * (Shape.Bits / 8), rows.Length);
        Bytes.AddRange(rows);
    }

    public void Complete() => Completed = true;

    public void Dispose() => Disposed = true;
}

/// <summary>Random samples that are the same in every run.</summary>
internal static class Samples
{
    internal static float[] Random(int count, int seed, float low = 0, float high = 1)
    {
        var random = new Random(seed);
        var samples = new float[count];
        for (var i = 0; i < count; i++) samples[i] = low + (high - low) * random.NextSingle();
        return samples;
    }
}
