using System.Runtime.InteropServices;
using TorchSharp;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.Torch.Full;

/// <summary>The native libraries under TorchSharp, which come with its packages.</summary>
internal static class LibTorch
{
    /// <summary>Whether this build has the libraries for a device.</summary>
    public static bool IsThere(TorchDevice device) => Loads(device.IsCuda ? "torch_cuda" : "torch_cpu") && Loads("LibTorchSharp");

    /// <summary>Makes sure that a device can be used.</summary>
    /// <exception cref="InputException">It cannot; says in a sentence why, and what to do.</exception>
    public static void Require(TorchDevice device)
    {
        if (device.IsCuda) RequireCard(device);
        // TorchSharp itself would print a page.
        if (!IsThere(device)) throw new InputException(Missing(device));
        try
        {
            if (device.IsCuda && !torch.cuda.is_available())
                throw new InputException($"{device} cannot be used: PyTorch finds no CUDA card; see torchupscaler doctor, or use --engine cpu");
            if (!device.IsCuda) torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception error) when (error is NotSupportedException or TypeInitializationException or DllNotFoundException or InvalidOperationException)
        {
            throw new InputException($"{device} cannot be used: {DeviceFault.FirstLine(error.InnerException ?? error)}; use --engine cpu", error);
        }
    }

    private static void RequireCard(TorchDevice device)
    {
        var driver = NvidiaDriver.Look();
        var card = driver.Cards.FirstOrDefault(card => card.Index == device.Index);
        var fault = driver.Fault ?? (card is null ? $"the numbers of this machine's cards end with {driver.Cards.Count - 1}" : CardRules.Fault(card));
        if (fault is not null) throw new InputException($"{device} cannot be used: {fault}; or use --engine cpu");
    }

    private static string Missing(TorchDevice device)
    {
        const string Own = "libLibTorchSharp.so";
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];
        if (folders.Any(folder => File.Exists(Path.Combine(folder, Own))) && Loads(device.IsCuda ? "torch_cuda" : "torch_cpu"))
            return "libtorch cannot be loaded: it needs a C++ library (libstdc++) of GCC 13 or newer, which Debian 13 has; use such a system, or --engine cpu";
        return device.IsCuda
            ? "libtorch for CUDA cannot be loaded; build the program with -p:Packages=full -p:Torch=cuda, or use --engine cpu"
            : "libtorch cannot be loaded; build the program with -p:Packages=full, or use --engine cpu";
    }

    private static bool Loads(string library) => NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out _);
}
