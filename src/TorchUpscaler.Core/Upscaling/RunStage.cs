namespace TorchUpscaler.Core;

/// <summary>One network of a picture's way, or none where Lanczos does it alone: what it reads, and the sinks behind it.</summary>
/// <param name="model">The network, or null.</param>
/// <param name="input">What it reads.</param>
/// <param name="output">The picture that its sinks fill, or null: the encoder's.</param>
/// <param name="sink">The first of its sinks.</param>
/// <param name="sinkBytes">Memory that the sinks take, in bytes, but for the encoder and the picture that they fill.</param>
internal sealed class RunStage(ILoadedModel? model, Picture input, Picture? output, IRowSink sink, long sinkBytes)
{
    private Picture? _input = input;
    private Picture? _output = output;
    private IRowSink? _sink = sink;

    /// <summary>What it reads; null when it is done.</summary>
    internal Picture? Input => _input;

    /// <summary>Its work, in multiply-adds.</summary>
    internal double Cost { get; } = model is null ? 1 : (double)input.Width * input.Height * NetworkCost.PerPixel(model.Network);

    /// <summary>Plans it.</summary>
    /// <param name="options">What the run may use; <see cref="RunOptions.ReservedBytes"/> has in it what others will hold meanwhile.</param>
    /// <exception cref="DoesNotFitException">It does not fit the budget.</exception>
    internal IUpscaleRun Open(RunOptions options)
    {
        options = options with { ReservedBytes = options.ReservedBytes + sinkBytes + (_output?.Bytes.Length ?? 0) };
        return model is null ? PictureFeed.Start(_input!, options, _sink!) : model.Start(_input!, options, _sink!);
    }

    /// <summary>Lets go of its pictures, which may be large.</summary>
    internal void Release() => (_input, _output, _sink) = (null, null, null);
}
