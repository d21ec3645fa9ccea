using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Native;

/// <summary>Finds libvips on the machine, starts it once, and locks it down to the loaders that this project trusts.</summary>
internal static unsafe class VipsLibrary
{
    private static readonly string[] VipsNames = ["libvips.so.42", "libvips-42.dll", "libvips.42.dylib"];
    private static readonly string[] GObjectNames = ["libgobject-2.0.so.0", "libgobject-2.0-0.dll", "libgobject-2.0.0.dylib"];
    private static readonly string[] GLibNames = ["libglib-2.0.so.0", "libglib-2.0-0.dll", "libglib-2.0.0.dylib"];

    // Everything below VipsForeignLoad is blocked but these.
    private static readonly string[] TrustedLoaders =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
        "VipsForeignLoadHeif", "VipsForeignLoadTiff", "VipsForeignLoadNsgif",
    ];

    private static readonly Lock Gate = new();
    private static nint _vips, _gobject, _glib;
    private static bool _started;

    /// <summary>The library's version, for example <c>8.14.1</c>. Only after <see cref="Start"/>.</summary>
    internal static string Version => $"{LibVips.Version(0)}.{LibVips.Version(1)}.{LibVips.Version(2)}";

    /// <summary>Loads and initialises libvips on the first call; later calls return at once.</summary>
    /// <exception cref="PictureException">libvips is not on the machine, or too old.</exception>
    internal static void Start()
    {
        lock (Gate)
        {
            if (_started) return;
            if (_vips == 0)
            {
                _vips = Load(VipsNames);
                // Windows builds come as one library that carries GLib too.
                _gobject = TryLoad(GObjectNames) ?? _vips;
                _glib = TryLoad(GLibNames) ?? _vips;
                NativeLibrary.SetDllImportResolver(typeof(VipsLibrary).Assembly, Resolve);
            }
            Initialise();
            LockDown();
            RegionLayout.Learn();
            _started = true;
        }
    }

    /// <summary>Loads the first of the libraries that is on the machine.</summary>
    /// <exception cref="PictureException">None is.</exception>
    internal static nint Load(IReadOnlyList<string> names) => TryLoad(names) ?? throw new PictureException(
        "pictures cannot be read or written because libvips is not installed; run: apt-get install libvips42 (on Debian 13: libvips42t64)");

    private static nint? TryLoad(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle)) return handle;
        }
        return null;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        LibVips.Vips => _vips,
        LibVips.GObject => _gobject,
        LibVips.GLib => _glib,
        _ => 0, // the default search
    };

    private static void Initialise()
    {
        if (LibVips.Init("torchupscaler") != 0)
            throw new PictureException($"libvips cannot be started: {VipsException.TakeMessage()}; install it again");
        // 8.13 is the first with vips_block_untrusted_set, without which hostile files cannot be kept out.
        if (LibVips.Version(0) < 8 || (LibVips.Version(0) == 8 && LibVips.Version(1) < 13))
            throw new PictureException($"libvips {Version} is too old; install version 8.13 or newer");

        // Warnings about files go to nobody's terminal: what matters comes back as an error.
        _ = LibVips.LogSetHandler("VIPS", AllLevels, &IgnoreLog, 0);
        LibVips.CacheSetMax(0);
        LibVips.ConcurrencySet(1);
    }

    // The second lock: the first is that a file goes only to the loader that its first bytes name (FileKind). This one
    // alone would not do, since some loaders open the file before libvips looks whether they are blocked.
    private static void LockDown()
    {
        LibVips.BlockUntrusted(1);
        LibVips.BlockOperation("VipsForeignLoad", 1);
        foreach (var loader in TrustedLoaders) LibVips.BlockOperation(loader, 0);
    }

    private const int AllLevels = 0xFC; // error, critical, warning, message, info, debug

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IgnoreLog(byte* domain, int level, byte* message, nint data) { }
}
