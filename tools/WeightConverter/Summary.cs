using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>What was recognised, in words.</summary>
internal static class Summary
{
    internal static string OneLine(NetworkShape network) => $"{network.Kind} ×{network.Scale}";

    internal static IEnumerable<string> Lines(Conversion conversion)
    {
        var network = conversion.Network;
        yield return $"read       {conversion.Format}";
        yield return $"network    {network.Kind}";
        yield return $"scale      ×{network.Scale}";
        yield return $"channels   {network.InputChannels} in, {network.OutputChannels} out";
        yield return $"features   {network.Features}";
        if (network is RrdbNetShape rrdb)
        {
            yield return $"blocks     {rrdb.Blocks}";
            yield return $"growth     {rrdb.Growth}";
        }
        if (network is CompactNetShape compact) yield return $"inner      {compact.InnerConvolutions} convolutions";
        yield return string.Create(CultureInfo.InvariantCulture, $"parameters {NetworkTensors.CountParameters(network):N0}");
        yield return string.Create(CultureInfo.InvariantCulture, $"size       {conversion.Bytes / 1e6:0.0} MB");
        yield return $"sha256     {conversion.Sha256}";
    }
}
