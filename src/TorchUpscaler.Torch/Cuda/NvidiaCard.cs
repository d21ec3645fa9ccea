namespace TorchUpscaler.Torch.Cuda;

/// <summary>A graphics card of NVIDIA.</summary>
/// <param name="Index">Its number, as PyTorch counts them.</param>
/// <param name="Name">Its name, as its driver tells it.</param>
/// <param name="TotalBytes">Its memory.</param>
/// <param name="Capability">Its compute capability, such as 8.6: which programs it can run.</param>
public sealed record NvidiaCard(int Index, string Name, long TotalBytes, Version Capability);
