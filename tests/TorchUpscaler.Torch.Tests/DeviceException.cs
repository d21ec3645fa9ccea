using System.Runtime.InteropServices;

namespace TorchUpscaler.Torch.Tests;

/// <summary>An error of a device, which TorchSharp throws as a plain <see cref="ExternalException"/>.</summary>
internal sealed class DeviceException(string message) : ExternalException(message);
