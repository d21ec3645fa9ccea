using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchUpscaler.Torch.Cuda;

/// <summary>The few functions of the driver's own library, libcuda, that tell of cards. Where it is missing, that is an answer too.</summary>
internal static class CudaLibrary
{
    private const string Library = "libcuda.so.1";

    private const int Success = 0, NoDevice = 100, StubLibrary = 34, DriverMismatch = 803; // of CUresult
    private const int CapabilityMajor = 75, CapabilityMinor = 76; // of CUdevice_attribute
    private const int LongestName = 256;

    /// <summary>Adds what the library says to what is known of a driver.</summary>
    public static NvidiaDriver Ask(NvidiaDriver driver)
    {
        try
        {
            if (GetVersion(out var number) != Success) return driver;
            driver = driver with { Cuda = VersionOf(number) };
            if (driver.Cuda < CardRules.LeastCuda) return driver;
            var status = Initialise(0);
            if (status == NoDevice) return driver;
            if (status != Success) return driver with { Trouble = Describe(status) };
            return driver with { Cards = [.. Cards()] };
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return driver;
        }
    }

    /// <summary>Bytes that are free on a card that this process has opened, else null.</summary>
    public static long? FreeBytes(int index)
    {
        try
        {
            if (Initialise(0) != Success || GetDevice(out var device, index) != Success) return null;
            var isOpen = GetPrimaryContextState(device, out _, out var isActive) == Success && isActive != 0;
            return isOpen ? FreeBytesOf(device) : null;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    /// <summary>12080 is 12.8.</summary>
    internal static Version VersionOf(int number) => new(number / 1000, number % 1000 / 10);

    /// <summary>Why the library does not start.</summary>
    internal static string Describe(int status) => status switch
    {
        DriverMismatch => "its kernel module and its library are of different versions; restart the machine",
        StubLibrary => "libcuda.so.1 is the stub that programs are linked with; take its folder out of LD_LIBRARY_PATH",
        _ => string.Create(CultureInfo.InvariantCulture, $"error {status} of CUDA; see what nvidia-smi says, and restart the machine"),
    };

    private static IEnumerable<NvidiaCard> Cards()
    {
        if (CountDevices(out var count) != Success) yield break;
        for (var index = 0; index < count; index++)
            if (Card(index) is { } card) yield return card;
    }

    private static NvidiaCard? Card(int index)
    {
        var name = new byte[LongestName]; // ended by a zero
        return GetDevice(out var device, index) == Success
            && GetName(name, name.Length, device) == Success
            && GetTotalMemory(out var bytes, device) == Success
            && GetAttribute(out var major, CapabilityMajor, device) == Success
            && GetAttribute(out var minor, CapabilityMinor, device) == Success
            ? new NvidiaCard(index, Encoding.UTF8.GetString(name).Split('\0')[0], (long)bytes, new Version(major, minor))
            : null;
    }

    // The context that PyTorch has made is borrowed for the question.
    private static long? FreeBytesOf(int device)
    {
        if (RetainPrimaryContext(out var context, device) != Success) return null;
        try
        {
            if (PushContext(context) != Success) return null;
            var isTold = GetMemory(out var free, out _) == Success;
            _ = PopContext(out _);
            return isTold ? (long)free : null;
        }
        finally
        {
            _ = ReleasePrimaryContext(device);
        }
    }

    [DllImport(Library, EntryPoint = "cuInit")]
    private static extern int Initialise(uint flags);

    [DllImport(Library, EntryPoint = "cuDriverGetVersion")]
    private static extern int GetVersion(out int version);

    [DllImport(Library, EntryPoint = "cuDeviceGetCount")]
    private static extern int CountDevices(out int count);

    [DllImport(Library, EntryPoint = "cuDeviceGet")]
    private static extern int GetDevice(out int device, int index);

    [DllImport(Library, EntryPoint = "cuDeviceGetName")]
    private static extern int GetName(byte[] name, int length, int device);

    [DllImport(Library, EntryPoint = "cuDeviceTotalMem_v2")]
    private static extern int GetTotalMemory(out nuint bytes, int device);

    [DllImport(Library, EntryPoint = "cuDeviceGetAttribute")]
    private static extern int GetAttribute(out int value, int attribute, int device);

    [DllImport(Library, EntryPoint = "cuDevicePrimaryCtxGetState")]
    private static extern int GetPrimaryContextState(int device, out uint flags, out int isActive);

    [DllImport(Library, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static extern int RetainPrimaryContext(out nint context, int device);

    [DllImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static extern int ReleasePrimaryContext(int device);

    [DllImport(Library, EntryPoint = "cuCtxPushCurrent_v2")]
    private static extern int PushContext(nint context);

    [DllImport(Library, EntryPoint = "cuCtxPopCurrent_v2")]
    private static extern int PopContext(out nint context);

    [DllImport(Library, EntryPoint = "cuMemGetInfo_v2")]
    private static extern int GetMemory(out nuint free, out nuint total);
}
