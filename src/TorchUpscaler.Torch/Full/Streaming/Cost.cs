using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>What convolutions cost.</summary>
internal static class Cost
{
    /// <summary>Multiply-adds of a convolution for one pixel of its result.</summary>
    public static long Of(Conv2d convolution) => 9 * convolution.weight.shape[0] * convolution.weight.shape[1];
}
