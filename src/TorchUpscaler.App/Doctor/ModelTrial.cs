using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary>Runs a model on a small picture and keeps the result.</summary>
internal static class ModelTrial
{
    /// <summary>The result as the network makes it, <c>[height · scale][width · scale][channels]</c>, black 0 and white 1.</summary>
    /// <param name="cancellation">Looked at between steps.</param>
    /// <exception cref="DoesNotFitException">It takes more memory than there is.</exception>
    internal static float[] Run(ILoadedModel model, Picture picture, RunOptions options, CancellationToken cancellation)
    {
        var sink = new SampleSink();
        using var run = model.Start(picture, options, sink);
        while (run.Step() < 1) cancellation.ThrowIfCancellationRequested();
        return sink.Samples;
    }

    // [height][width][channels]
    private sealed class SampleSink : IRowSink
    {
        private int _taken;

        internal float[] Samples { get; private set; } = [];

        public void Begin(int width, int height, int channels) => Samples = new float[width * height * channels];

        public void Write(ReadOnlySpan<float> rows, int count)
        {
            rows.CopyTo(Samples.AsSpan(_taken));
            _taken += rows.Length;
        }

        public void Complete() { }

        public void Dispose() { }
    }
}
