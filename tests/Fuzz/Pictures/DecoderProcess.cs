using System.Diagnostics;
using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Fuzz.Pictures;

/// <summary>
/// Decodes damaged pictures in a process of its own and says of each, in a line, how it went. Before a file is decoded it lies in
/// the working directory under <see cref="Current"/>, so that it can be kept where the process does not come back from it.
/// </summary>
internal static class DecoderProcess
{
    internal const string Current = "current";
    internal const string Begins = "begin", Ends = "end";

    /// <summary>Files that announce more pixels are refused, as by the program.</summary>
    internal const long MostPixels = 1_000_000;

    private const int MostWritten = 200; // results are written of small ones: what is carried beside the pixels is what matters

    /// <summary>Runs so many mutations, or decodes one file.</summary>
    internal static int Run(IPictureCodec codec, string[] args)
    {
        _ = codec.OutputFormats; // brings its modules into memory
        if (args.Length == 1)
        {
            Tell(0, codec, args[0]);
            return 0;
        }
        var seeds = Directory.EnumerateFiles(args[0]).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        var (seed, from, count) = (Number(args[1]), Number(args[2]), Number(args[3]));
        foreach (var whole in seeds) Decode(codec, Written(whole)); // likewise
        for (var round = from; round < from + count; round++)
        {
            var path = Written(new PictureMutator(unchecked((seed * 1_000_003) + round)).Next(seeds));
            Console.WriteLine($"{Begins} {round}");
            Tell(round, codec, path);
        }
        return 0;
    }

    // end ROUND OUTCOME MILLISECONDS BYTES: processor time, and what the peak of the memory was above what there was before.
    private static void Tell(int round, IPictureCodec codec, string path)
    {
        var (time, memory) = (ProcessorTime(), ResetPeak());
        var outcome = Decode(codec, path);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Ends} {round} {(ProcessorTime() - time).TotalMilliseconds:0} {Status("VmHWM:") - memory} {outcome}"));
    }

    private static string Decode(IPictureCodec codec, string path)
    {
        try
        {
            var picture = codec.Read(path, MostPixels, CancellationToken.None);
            if (picture.Width > MostWritten || picture.Height > MostWritten) return "read";
            foreach (var format in codec.OutputFormats.Where(format => format != PictureFormat.Avif)) Write(codec, picture, format);
            return "read";
        }
        catch (PictureException error)
        {
            return error.Message.Contains('\n', StringComparison.Ordinal) ? $"said several lines: {error.Message.ReplaceLineEndings(" ")}" : "refused";
        }
        catch (Exception error)
        {
            return error.ToString().ReplaceLineEndings(" ");
        }
    }

    private static void Write(IPictureCodec codec, Picture picture, PictureFormat format)
    {
        using var writer = codec.Create("result", ResultShape.Of(picture, 1, format), new EncodeOptions(format));
        var rowBytes = picture.Width * picture.Channels * (picture.Bits / 8);
        var bits = ResultShape.Of(picture, 1, format).Bits;
        var row = new byte[picture.Width * picture.Channels * (bits / 8)];
        for (var y = 0; y < picture.Height; y++)
        {
            if (bits == picture.Bits) picture.Bytes.Slice(y * rowBytes, rowBytes).CopyTo(row);
            writer.Write(row, 1);
        }
        writer.Complete();
    }

    private static string Written(byte[] bytes)
    {
        File.WriteAllBytes(Current, bytes);
        return Current;
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static long ResetPeak()
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Status("VmRSS:");
    }

    private static long Status(string field)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
