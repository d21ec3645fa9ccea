namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>A network's layers at work on one picture.</summary>
internal interface IStreamedLayers : IDisposable
{
    /// <summary>Does a pass, piece by piece: says what the next piece costs, in multiply-adds, and does it when it is moved on.</summary>
    IEnumerable<long> Advance(int pass);
}
