using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchUpscaler.Core;

/// <summary>
/// Tells pipes, devices and sockets from files, which .NET does not: reading one may wait for ever, and a result that is renamed
/// onto one would replace it.
/// </summary>
public static class SpecialFile
{
    private const int OfWorkingFolder = -100, TypeMask = 1;             // AT_FDCWD, STATX_TYPE
    private const int BufferBytes = 256, ModeOffset = 28;               // of struct statx, the same on every processor
    private const int KindMask = 0xF000, Folder = 0x4000, Regular = 0x8000;

    /// <summary>Whether there is something of this name, links followed, that is neither a file nor a folder.</summary>
    public static bool IsAt(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var found = new byte[BufferBytes];
        if (Statx(OfWorkingFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeMask, found) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(found.AsSpan(ModeOffset)) & KindMask) is not (Folder or Regular);
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] found);
}
