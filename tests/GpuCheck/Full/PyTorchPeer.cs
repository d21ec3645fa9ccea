using System.Globalization;
using TorchUpscaler.Benchmarks;
using TorchUpscaler.Benchmarks.Peers;
using TorchUpscaler.Core;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>What PyTorch needs for a picture.</summary>
/// <param name="Seconds">Of each run.</param>
/// <param name="Why">Why there is none.</param>
internal sealed record PeerTimes(IReadOnlyList<double> Seconds, string? Why = null);

/// <summary>PyTorch on the same device with the same weights, where the machine's Python has one that can: the whole picture at once.</summary>
/// <param name="options">What is wanted.</param>
/// <param name="children">Who ends its process.</param>
/// <param name="weights">The model's file.</param>
/// <param name="network">Its sizes.</param>
/// <param name="photo">What the pictures are made of.</param>
/// <param name="say">Is told what goes on.</param>
internal sealed class PyTorchPeer(CheckOptions options, Children children, string weights, NetworkShape network, Picture photo, Action<string> say)
{
    /// <summary>Its versions, where it has started.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; private set; } = new Dictionary<string, string>();

    /// <summary>Takes the times of all sizes in all precisions; none where there is no PyTorch.</summary>
    public IReadOnlyDictionary<(int Width, int Height, Precision Precision), PeerTimes> Measure(IReadOnlyList<Precision> precisions)
    {
        Dictionary<(int, int, Precision), PeerTimes> times = [];
        var script = Path.Combine(Repository.Root, "tests", "Benchmarks", "Peers", "pytorch.py");
        var peer = new Peer("PyTorch", children, new PeerStart(options.Python, [script, Text(Environment.ProcessorCount), options.Device.ToString()]));
        try
        {
            peer.Load([weights, .. WordsOf(network)]);
            Versions = peer.Versions;
            say($"beside it: {string.Join(", ", Versions.Select(version => $"{version.Key} {version.Value}"))}");
        }
        catch (BenchException error)
        {
            say($"there is no PyTorch beside it: {error.Message}");
            return times;
        }

        foreach (var (width, height) in options.Sizes)
            foreach (var precision in precisions) times[(width, height, precision)] = Measure(peer, width, height, precision);
        peer.Stop();
        return times;
    }

    private PeerTimes Measure(Peer peer, int width, int height, Precision precision)
    {
        var picture = Path.Combine(Path.GetTempPath(), $"gpu-check-{Guid.NewGuid():N}.u8");
        try
        {
            File.WriteAllBytes(picture, Mirror.Fill(photo, width, height).Bytes);
            peer.Ask("precision", CheckRow.Name(precision));
            peer.Show(new Raster(picture, width, height));
            _ = peer.Run(); // gets warm
            List<double> seconds = [];
            for (var round = 0; round < options.Rounds; round++) seconds.Add(peer.Run());
            return new PeerTimes(seconds);
        }
        catch (BenchException error)
        {
            return new PeerTimes([], error.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ? "PyTorch is out of memory" : error.Message.Split('\n')[0]);
        }
        finally
        {
            File.Delete(picture);
        }
    }

    private static string[] WordsOf(NetworkShape network) => network is RrdbNetShape rrdb
        ? ["rrdb", .. new[] { rrdb.Scale, rrdb.InputChannels, rrdb.Features, rrdb.Blocks, rrdb.Growth }.Select(Text)]
        : throw new BenchException($"the oracle has no {network.Kind} for this check");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
