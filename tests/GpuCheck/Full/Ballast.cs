using System.Runtime.InteropServices;
using TorchSharp;
using TorchUpscaler.Core;
using TorchUpscaler.Torch;
using static TorchSharp.torch;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>Fills a device's memory until no more is to be had, and then gives some of it back: enough for small bands, and too little for large ones.</summary>
internal sealed class Ballast : IDisposable
{
    private const long Largest = 256L << 20, Smallest = 16L << 20;

    private readonly Stack<(Tensor Tensor, long Bytes)> _held = [];

    /// <param name="device">The device.</param>
    /// <param name="leftBytes">So much of it is given back.</param>
    /// <param name="say">Is told how much it is.</param>
    public Ballast(TorchDevice device, long leftBytes, Action<string> say)
    {
        var held = 0L;
        for (var size = Largest; size >= Smallest;)
        {
            if (TryHold(device, size)) held += size;
            else size /= 2;
        }
        // The last pieces were the smallest ones.
        for (var given = 0L; given < leftBytes && _held.TryPop(out var piece); given += piece.Bytes)
        {
            piece.Tensor.Dispose();
            held -= piece.Bytes;
        }
        say($"{MemorySize.Format(held)} of {device} are filled");
    }

    public void Dispose()
    {
        foreach (var piece in _held) piece.Tensor.Dispose();
    }

    private bool TryHold(TorchDevice device, long bytes)
    {
        try
        {
            var piece = zeros(bytes, ScalarType.Byte, torch.device(device.ToString())); // zeros are written: promised memory alone fills nothing
            _held.Push((piece, bytes));
            return true;
        }
        catch (ExternalException)
        {
            return false;
        }
    }
}
