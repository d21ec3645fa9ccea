using System.Diagnostics;
using System.Globalization;

namespace TorchUpscaler.App.Tests;

/// <summary>Debian's Python with numpy, Pillow and PyTorch: makes pictures and models, and reads results, sharing no code with the program.</summary>
internal static class Python
{
    private const string Interpreter = "/usr/bin/python3";
    private const string Packages = "the tests need Debian's packages that tools/check names and installs";

    /// <summary>Runs a script (its text) and returns what it prints.</summary>
    internal static string Run(string script, params string[] arguments) => Start(["-c", script, .. arguments]);

    /// <summary>Runs a script's file and returns what it prints.</summary>
    internal static string RunFile(string path, params string[] arguments) => Start([path, .. arguments]);

    /// <summary>Makes a network with random weights that are the same for the same seed.</summary>
    internal static void MakeModel(string path, int scale, int channels = 3, int seed = 1, int features = 8, int blocks = 1, int growth = 4, string network = "rrdb") =>
        Start([Path.Combine(Repository.Root, "tests/oracle/run_network.py"), "make", network, $"{scale}", $"{channels}", $"{features}", $"{blocks}", $"{growth}", $"{seed}", path]);

    /// <summary>Makes a picture of soft random colours. The extension says its format.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="mode">Pillow's: L, LA, RGB, RGBA or I;16.</param>
    internal static void MakePicture(string path, int width, int height, string mode = "RGB") => Run(
        """
        import sys, numpy
        from PIL import Image
        path, width, height, mode = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        channels = 1 if mode == "I;16" else len(mode)
        coarse = numpy.random.default_rng(7).integers(0, 256, (height // 8 + 2, width // 8 + 2, channels), numpy.uint8)
        planes = [Image.fromarray(coarse[:, :, c]).resize((width, height), Image.Resampling.BICUBIC) for c in range(channels)]
        if mode == "I;16":
            Image.fromarray((numpy.asarray(planes[0]).astype(numpy.uint16) * 257)).save(path)
        else:
            Image.merge(mode, planes).save(path)
        """, path, $"{width}", $"{height}", mode);

    /// <summary>A picture as Pillow sees it: <c>FORMAT MODE WIDTH HEIGHT</c>. Old Pillows call a PNG's 16 bits I, new ones I;16, as here.</summary>
    internal static string Describe(string path) => Run(
        """
        import sys
        from PIL import Image
        i = Image.open(sys.argv[1]); i.load()
        print(i.format, "I;16" if (i.format, i.mode) == ("PNG", "I") else i.mode, i.width, i.height)
        """, path).Trim();

    /// <summary>Two pictures of one size: the share of samples that differ, and by how many levels at most.</summary>
    internal static (double Different, int Largest) Compare(string path, string other)
    {
        var said = Run(
            """
            import sys, numpy
            from PIL import Image
            a, b = [numpy.asarray(Image.open(path)).astype(int) for path in sys.argv[1:3]]
            assert a.shape == b.shape, (a.shape, b.shape)
            print((a != b).mean(), abs(a - b).max())
            """, path, other).Split();
        return (double.Parse(said[0], CultureInfo.InvariantCulture), int.Parse(said[1], CultureInfo.InvariantCulture));
    }

    private static string Start(IEnumerable<string> arguments)
    {
        Assert.True(File.Exists(Interpreter), Packages);
        using var process = Process.Start(new ProcessStartInfo(Interpreter, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{Packages}; Python said:\n{errors.Result}");
        return output;
    }
}
