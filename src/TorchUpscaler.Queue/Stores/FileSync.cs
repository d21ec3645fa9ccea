using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Makes files and their names survive a power cut.</summary>
internal static partial class FileSync
{
    private const int ReadOnly = 0, DirectoryOnly = 0x10000, CloseOnExec = 0x80000; // of open(2) on Linux, x64 and arm64 alike but for DirectoryOnly
    private const int DirectoryOnlyOnArm = 0x4000;

    /// <summary>Waits until a file that somebody else wrote is on the disk.</summary>
    internal static void Flush(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    }

    /// <summary>Waits until the names in a folder are on the disk. .NET has no call for it.</summary>
    internal static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux()) return; // elsewhere the file system's own order has to do
        var directoryOnly = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? DirectoryOnlyOnArm : DirectoryOnly;
        var descriptor = Open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnly | directoryOnly | CloseOnExec);
        if (descriptor < 0) throw Failure(folder);
        var failure = Fsync(descriptor) < 0 ? Failure(folder) : null;
        _ = Close(descriptor);
        if (failure is not null) throw failure;
    }

    private static IOException Failure(string folder)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"the folder {folder} cannot be written to the disk: {error.Message}", error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);
}
