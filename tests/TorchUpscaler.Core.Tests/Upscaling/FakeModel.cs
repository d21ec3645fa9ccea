namespace TorchUpscaler.Core.Tests.Upscaling;

/// <summary>A network that repeats each pixel, a row of the picture a step, and keeps account of what it was asked for.</summary>
internal sealed class FakeModel(int scale, int channels = 3, long bytesPerPixel = 0) : ILoadedModel
{
    public NetworkShape Network { get; } = new RrdbNetShape(scale, channels, channels, 8, 1, 4);

    /// <summary>Options of the runs that were started.</summary>
    public List<RunOptions> Started { get; } = [];

    /// <summary>Channels and bits of the pictures that it has computed.</summary>
    public List<(int Channels, int Bits)> Inputs { get; } = [];

    public int Steps { get; private set; }

    public int RunsAlive { get; private set; }

    public bool IsDisposed { get; private set; }

    public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
    {
        Started.Add(options);
        var needed = options.ReservedBytes + (bytesPerPixel * input.Width * input.Height);
        if (needed > options.MemoryBytes) throw new DoesNotFitException(needed, options.MemoryBytes);
        RunsAlive++;
        return new Run(this, input, output);
    }

    public void Dispose() => IsDisposed = true;

    private sealed class Run(FakeModel model, Picture input, IRowSink output) : IUpscaleRun
    {
        private int _y;

        public double Step()
        {
            model.Steps++;
            var (scale, channels) = (model.Network.Scale, model.Network.OutputChannels);
            if (_y == 0)
            {
                model.Inputs.Add((input.Channels, input.Bits));
                output.Begin(input.Width * scale, input.Height * scale, channels);
            }
            var row = new float[input.Width * scale * channels];
            for (var i = 0; i < row.Length; i++) row[i] = Sample(i / channels / scale, Math.Min(i % channels, input.ColorChannels - 1));
            for (var i = 0; i < scale; i++) output.Write(row, 1);
            if (++_y < input.Height) return (double)_y / input.Height;
            output.Complete();
            return 1;
        }

        public void Dispose() => model.RunsAlive--;

        private float Sample(int x, int channel)
        {
            var at = x * input.Channels + channel;
            return input.Bits == 8 ? input.Row8(_y)[at] / 255f : input.Row16(_y)[at] / 65535f;
        }
    }
}
