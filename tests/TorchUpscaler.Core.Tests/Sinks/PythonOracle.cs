using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Core.Tests.Sinks;

/// <summary>Runs a few lines of Debian's Python, with numpy and Pillow, on raw arrays: what the sinks are compared with.</summary>
internal static class PythonOracle
{
    private const string Prelude = "import sys, numpy\n";

    /// <summary>Gives the script the bytes on standard input as <c>data</c> and returns what it writes to <c>out</c>.</summary>
    internal static byte[] Run(string script, ReadOnlySpan<byte> data)
    {
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            ArgumentList = { "-c", Prelude + "data, out = sys.stdin.buffer.read(), sys.stdout.buffer\n" + script },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Assert.True(File.Exists(start.FileName), "install Debian's packages python3, python3-numpy and python3-pil");
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(data);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        using var result = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(result);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"install Debian's packages python3-numpy and python3-pil if one is missing:\n{errors.Result}");
        return result.ToArray();
    }

    /// <summary>The same with floats in and values of any type out.</summary>
    internal static T[] Run<T>(string script, ReadOnlySpan<float> data) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Run(script, MemoryMarshal.AsBytes(data))).ToArray();
}
