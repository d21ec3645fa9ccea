using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>
/// What a name stands for besides a file: devices, pipes and sockets are neither read nor replaced. .NET does not tell them from files,
/// and to open one to find out could wait forever, so the system is asked.
/// </summary>
internal static partial class FileKind
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE
    private const int StatxBytes = 256, ModeOffset = 28;
    private const int TypeBits = 0xF000, Regular = 0x8000, Folder = 0x4000;

    /// <summary>Whether the path, links followed, is there and is neither a regular file nor a folder. Known on Linux only.</summary>
    internal static bool IsSpecial(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var answer = new byte[StatxBytes];
        if (Statx(CurrentFolder, path, 0, TypeOnly, answer) != 0) return false;
        return (BitConverter.ToUInt16(answer, ModeOffset) & TypeBits) is not (Regular or Folder);
    }

    /// <summary>Refuses a result's name that stands for a device, a pipe or a socket.</summary>
    /// <exception cref="WeightsException">It does.</exception>
    internal static void RequireReplaceable(string path)
    {
        if (IsSpecial(path)) throw new WeightsException($"{path} is no regular file and is not replaced; give another name");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] answer);
}
