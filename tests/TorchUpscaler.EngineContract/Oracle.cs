using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using TorchUpscaler.Core;

namespace TorchUpscaler.EngineContract;

/// <summary>PyTorch, run live: tests/oracle/run_network.py in Debian's Python.</summary>
public static class Oracle
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"upscale-oracle-{Environment.ProcessId}");

    private static readonly Lazy<Process> Server = new(Start);

    static Oracle()
    {
        Directory.CreateDirectory(Folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, true);
    }

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Random weights for a network, written by PyTorch; made once a test run.</summary>
    public static string Make(NetworkShape shape, int seed = 1)
    {
        var path = Path.Combine(Folder, $"{Name(shape)}-{seed}.safetensors");
        lock (Folder)
        {
            if (!File.Exists(path)) Run(["make", .. Sizes(shape), Text(seed), path]);
        }

        return path;
    }

    /// <summary>The network's output on the whole picture, <c>[height][width][channels]</c>, unclamped.</summary>
    public static float[] Upscale(string weights, NetworkShape shape, Picture picture)
    {
        var (source, target) = (Path.Combine(Folder, Path.GetRandomFileName()), Path.Combine(Folder, Path.GetRandomFileName()));
        File.WriteAllBytes(source, MemoryMarshal.AsBytes<float>(Values(picture, shape.InputChannels)).ToArray());
        Run(["run", weights, .. Sizes(shape), source, Text(picture.Height), Text(picture.Width), target]);
        var result = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(target)).ToArray();
        File.Delete(source);
        File.Delete(target);
        return result;
    }

    /// <summary>Part of a picture file as Pillow decodes it.</summary>
    public static Picture Photo(string path, int left, int top, int width, int height)
    {
        var target = Path.Combine(Folder, Path.GetRandomFileName());
        Run(["pixels", path, Text(left), Text(top), Text(width), Text(height), target]);
        var picture = new Picture(width, height, 3, 8);
        File.ReadAllBytes(target).CopyTo(picture.Bytes);
        return picture;
    }

    /// <summary>A picture's colours as the networks see them: 0 to 1, grey repeated.</summary>
    private static float[] Values(Picture picture, int channels)
    {
        var values = new float[picture.Width * picture.Height * channels];
        for (var i = 0; i < values.Length; i++)
        {
            var (pixel, channel) = (i / channels, Math.Min(i % channels, picture.ColorChannels - 1));
            var (y, at) = (pixel / picture.Width, pixel % picture.Width * picture.Channels + channel);
            values[i] = picture.Bits == 8 ? picture.Row8(y)[at] / 255f : picture.Row16(y)[at] / 65535f;
        }

        return values;
    }

    private static string Name(NetworkShape shape) => string.Join('-', Sizes(shape));

    private static string[] Sizes(NetworkShape shape) => shape switch
    {
        RrdbNetShape s => ["rrdb", Text(s.Scale), Text(s.InputChannels), Text(s.Features), Text(s.Blocks), Text(s.Growth)],
        CompactNetShape s => ["compact", Text(s.Scale), Text(s.InputChannels), Text(s.Features), Text(s.InnerConvolutions), "0"],
        _ => throw new ArgumentException($"the oracle has no {shape.Kind}", nameof(shape)),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Run(string[] arguments)
    {
        lock (Server)
        {
            Server.Value.StandardInput.WriteLine(JsonSerializer.Serialize(arguments));
            Server.Value.StandardInput.Flush();
            var answer = Server.Value.StandardOutput.ReadLine();
            if (answer != "done")
                throw new InvalidOperationException($"the oracle failed; it needs the Debian packages python3-torch, python3-numpy and python3-pil: {answer}");
        }
    }

    private static Process Start()
    {
        var process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Root, "tests", "oracle", "run_network.py"), "serve"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process!.Kill();
        return process!;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TorchUpscaler.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
