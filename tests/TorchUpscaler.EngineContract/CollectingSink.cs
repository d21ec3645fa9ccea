using TorchUpscaler.Core;
using Xunit;

namespace TorchUpscaler.EngineContract;

/// <summary>Keeps a result in memory and checks the order of the calls.</summary>
public sealed class CollectingSink : IRowSink
{
    private int _filled;

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int Channels { get; private set; }

    public bool Completed { get; private set; }

    /// <summary><c>[height][width][channels]</c>.</summary>
    public float[] Values { get; private set; } = [];

    public void Begin(int width, int height, int channels)
    {
        Assert.Empty(Values);
        (Width, Height, Channels) = (width, height, channels);
        Values = new float[width * height * channels];
    }

    public void Write(ReadOnlySpan<float> rows, int count)
    {
        Assert.Equal(count * Width * Channels, rows.Length);
        rows.CopyTo(Values.AsSpan(_filled));
        _filled += rows.Length;
    }

    public void Complete()
    {
        Assert.Equal(Values.Length, _filled);
        Assert.False(Completed);
        Completed = true;
    }

    public void Dispose() { }
}
