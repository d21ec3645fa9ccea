using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full;

/// <summary>How tensors lie in memory.</summary>
internal static class Layout
{
    /// <summary>The same tensor laid out pixel by pixel (channels last), which convolutions keep and are fastest with.</summary>
    /// <param name="tensor"><c>[n, channels, rows, columns]</c>.</param>
    public static Tensor ByPixels(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
