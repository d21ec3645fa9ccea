using System.Runtime.InteropServices;
using System.Text;

namespace TorchUpscaler.Queue.Stores.Sqlite;

/// <summary>
/// Loads the SQLite that comes with the program so that its functions call each other, whatever else is in the process. libvips'
/// loader of microscope slides brings the system's SQLite with it and shows it to everybody: without this, half of the calls
/// would end up there, in another version with a state of its own.
/// </summary>
internal static class SqliteLibrary
{
    private const string FileName = "libe_sqlite3.so";
    private const int Now = 2, OwnSymbolsFirst = 8; // RTLD_NOW, RTLD_DEEPBIND of glibc

    /// <summary>Loads it, before anything else does. Whoever loads it later gets the same.</summary>
    internal static void Load()
    {
        if (!OperatingSystem.IsLinux()) return; // elsewhere, symbols belong to their libraries
        var folders = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(':').Append(AppContext.BaseDirectory);
        // Where it is not found, the package's own way of loading it says so.
        if (folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(File.Exists) is { } file)
            _ = Open(Encoding.UTF8.GetBytes(file + '\0'), Now | OwnSymbolsFirst);
    }

    [DllImport("libc", EntryPoint = "dlopen")]
    private static extern nint Open(byte[] path, int flags);
}
