using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>Other programs, which make and judge pictures for the tests.</summary>
internal static class Oracle
{
    private const string PythonPath = "/usr/bin/python3"; // Debian's own: the one that has python3-pil and python3-numpy

    /// <summary>Runs Python lines after <c>from pictures import *</c>; the arguments are in <c>sys.argv</c>.</summary>
    internal static byte[] Python(string lines, Pixels? input = null, params string[] arguments)
    {
        var start = new ProcessStartInfo(PythonPath) { Environment = { ["PYTHONPATH"] = Path.Combine(AppContext.BaseDirectory, "Oracle"), ["PYTHONDONTWRITEBYTECODE"] = "1" } };
        foreach (var argument in (string[])["-c", "from pictures import *\n" + lines, .. arguments]) start.ArgumentList.Add(argument);
        return Run(start, "python3-pil and python3-numpy", input?.ToWire());
    }

    /// <summary>The same, for lines that end with <c>emit(…)</c>.</summary>
    internal static Pixels PythonPixels(string lines, Pixels? input = null, params string[] arguments) =>
        PythonAllPixels(lines, input, arguments).Single();

    /// <summary>The same, for several calls of <c>emit</c>.</summary>
    internal static List<Pixels> PythonAllPixels(string lines, Pixels? input = null, params string[] arguments) =>
        Pixels.FromWire(Python(lines, input, arguments));

    /// <summary>The same, for lines that print text.</summary>
    internal static string PythonText(string lines, params string[] arguments) =>
        Encoding.UTF8.GetString(Python(lines, null, arguments)).Trim();

    /// <summary>Runs one of libvips' command line tools.</summary>
    internal static string Vips(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Encoding.UTF8.GetString(Run(start, "libvips-tools", null)).Trim();
    }

    private static byte[] Run(ProcessStartInfo start, string package, byte[]? input)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Start(start, package);
        var errors = process.StandardError.ReadToEndAsync();
        var sending = Task.Run(() =>
        {
            using var stdin = process.StandardInput.BaseStream;
            stdin.Write(input ?? []);
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{start.FileName} {string.Join(' ', start.ArgumentList)} failed; it needs the Debian package {package}\n{errors.Result}");
        sending.Wait();
        return output.ToArray();
    }

    private static Process Start(ProcessStartInfo start, string package)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{start.FileName} is missing; install the Debian package {package}", e);
        }
    }
}

/// <summary>Pixels on their way to or from another program.</summary>
internal sealed record Pixels(int Width, int Height, int Channels, int Bits, byte[] Bytes)
{
    internal int RowBytes => Width * Channels * (Bits / 8);

    /// <summary>Noise, which no filter and no interpolation leaves alone by luck.</summary>
    internal static Pixels Noise(int width, int height, int channels, int bits, int seed = 1)
    {
        var bytes = new byte[width * height * channels * (bits / 8)];
        new Random(seed).NextBytes(bytes);
        return new Pixels(width, height, channels, bits, bytes);
    }

    /// <summary>A smooth picture, which lossy formats keep closely.</summary>
    internal static Pixels Smooth(int width, int height, int channels)
    {
        var pixels = new Pixels(width, height, channels, 8, new byte[width * height * channels]);
        for (var i = 0; i < pixels.Bytes.Length; i++)
        {
            var (x, y, c) = (i / channels % width, i / channels / width, i % channels);
            pixels.Bytes[i] = (byte)(127 + (100 * Math.Sin((x * 0.05) + c) * Math.Cos((y * 0.04) - c)));
        }
        return pixels;
    }

    internal static List<Pixels> FromWire(byte[] wire)
    {
        var all = new List<Pixels>();
        for (var at = 0; at < wire.Length;)
        {
            var end = Array.IndexOf(wire, (byte)'\n', at);
            var numbers = Encoding.ASCII.GetString(wire, at, end - at).Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            at = end + 1 + (numbers[0] * numbers[1] * numbers[2] * numbers[3] / 8);
            all.Add(new Pixels(numbers[0], numbers[1], numbers[2], numbers[3], wire[(end + 1)..at]));
        }
        return all;
    }

    internal byte[] ToWire() => [.. Encoding.ASCII.GetBytes($"{Width} {Height} {Channels} {Bits}\n"), .. Bytes];
}
