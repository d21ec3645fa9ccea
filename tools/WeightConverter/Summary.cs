using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Inspecting;

namespace TorchUpscaler.WeightConverter;

/// <summary>What was recognised, in words.</summary>
internal static class Summary
{
    private const int LongestName = 80;
    private const double Mega = 1e6;

    internal static string OneLine(NetworkShape network) => $"{network.Kind} ×{network.Scale}";

    /// <summary>A conversion.</summary>
    internal static IEnumerable<string> Lines(Conversion conversion) =>
    [
        $"read       {conversion.Format}",
        .. Lines(conversion.Network),
        $"size       {Size(conversion.Bytes)}",
        $"sha256     {conversion.Sha256}",
    ];

    /// <summary>A file that was inspected or verified.</summary>
    internal static IEnumerable<string> Lines(Inspection inspection)
    {
        yield return $"read       {inspection.Format}";
        yield return $"tensors    {inspection.Tensors.Count}";
        foreach (var line in inspection.Network is { } network ? Lines(network) : ["network    none that is known"]) yield return line;
        foreach (var part in inspection.Parts)
        {
            if (inspection.Parts.Count > 1) yield return $"part       {Display.Text(Path.GetFileName(part.Path))}";
            yield return $"size       {Size(part.Bytes)}";
            yield return $"sha256     {part.Sha256}";
        }
        if (inspection.Known is { } known)
        {
            yield return $"known as   {known}";
            yield return $"licence    {known.Licence}";
        }
        else
        {
            yield return "known as   nothing: it is not in the catalogue";
        }
        if (inspection.RecordedSource is { } source) yield return $"source     {Display.Text(source)}, says the file";
        if (inspection.RecordedSourceSha256 is { } sha256) yield return $"           of the SHA-256 {Display.Text(sha256)}";
        if (inspection.Contradiction is { } contradiction) yield return $"           but {contradiction}";
        if (inspection.RecordedHalf) yield return "           as fp16, says the file: converted with --half";
        if (inspection.Known is null && inspection.RecordedLicence is { } licence) yield return $"licence    {Display.Text(licence)}, says the file";
    }

    /// <summary>A table of the tensors: their names as the file has them, types and shapes.</summary>
    internal static IEnumerable<string> Table(IReadOnlyList<SourceTensor> tensors)
    {
        var names = tensors.Select(tensor => Shorten(Display.Text(tensor.Name))).ToList();
        var width = names.Select(name => name.Length).Append("tensor".Length).Max();
        yield return $"{"tensor".PadRight(width)}  type  shape";
        for (var i = 0; i < names.Count; i++)
            yield return $"{names[i].PadRight(width)}  {TensorInfo.FormatType(tensors[i].Type),-4}  {TensorInfo.FormatShape(tensors[i].Shape)}";
    }

    private static IEnumerable<string> Lines(NetworkShape network)
    {
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
    }

    private static string Size(long bytes) => bytes < Mega / 10
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / Mega:0.0} MB");

    private static string Shorten(string name) => name.Length <= LongestName ? name : name[..LongestName] + "…";
}
