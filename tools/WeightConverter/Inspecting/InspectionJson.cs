using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Inspecting;

/// <summary>What <c>inspect</c> and <c>verify</c> found, as one line of JSON for other programs.</summary>
internal static class InspectionJson
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // The line goes to a program or a terminal, not into a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A file that was inspected, with its tensors.</summary>
    internal static string Inspected(Inspection inspection) =>
        Line(Describe(inspection) with { Error = inspection.Fault is { } fault ? Outcome.Sentence(fault) : null, Tensors = [.. inspection.Tensors.Select(Describe)] });

    /// <summary>A file that was verified, well or not.</summary>
    /// <param name="path">The file as it was named.</param>
    /// <param name="inspection">What was found; null where the file could not be read as weights at all.</param>
    /// <param name="error">What is wrong with it; null where it is good.</param>
    internal static string Verified(string path, Inspection? inspection, string? error) =>
        Line((inspection is null ? new FileLine { File = path } : Describe(inspection)) with { Good = error is null, Error = error });

    private static string Line(FileLine line) => JsonSerializer.Serialize(line, s_options);

    private static FileLine Describe(Inspection inspection) => new()
    {
        File = inspection.Path,
        Format = inspection.Format,
        Parts = [.. inspection.Parts.Select(part => new PartLine(part.Path, part.Bytes, part.Sha256))],
        Network = inspection.Network is { } network ? Describe(network) : null,
        Known = inspection.Known is { } known ? new KnownLine(known.Model, known.How, known.Licence) : null,
        Source = inspection.RecordedSource is { } source
            ? new SourceLine(source, inspection.RecordedSourceSha256, inspection.RecordedLicence, inspection.Contradiction)
            : null,
    };

    private static NetworkLine Describe(NetworkShape network) => new()
    {
        Kind = network.Kind,
        Scale = network.Scale,
        InputChannels = network.InputChannels,
        OutputChannels = network.OutputChannels,
        Features = network.Features,
        Blocks = (network as RrdbNetShape)?.Blocks,
        Growth = (network as RrdbNetShape)?.Growth,
        InnerConvolutions = (network as CompactNetShape)?.InnerConvolutions,
        Parameters = NetworkTensors.CountParameters(network),
    };

    private static TensorLine Describe(SourceTensor tensor) => new(tensor.Name, TensorInfo.FormatType(tensor.Type), tensor.Shape);

    private sealed record FileLine
    {
        public required string File { get; init; }
        public bool? Good { get; init; }
        public string? Error { get; init; }
        public string? Format { get; init; }
        public IReadOnlyList<PartLine>? Parts { get; init; }
        public NetworkLine? Network { get; init; }
        public KnownLine? Known { get; init; }
        public SourceLine? Source { get; init; }
        public IReadOnlyList<TensorLine>? Tensors { get; init; }
    }

    private sealed record NetworkLine
    {
        public required string Kind { get; init; }
        public required int Scale { get; init; }
        public required int InputChannels { get; init; }
        public required int OutputChannels { get; init; }
        public required int Features { get; init; }
        public int? Blocks { get; init; }
        public int? Growth { get; init; }
        public int? InnerConvolutions { get; init; }
        public required long Parameters { get; init; }
    }

    private sealed record PartLine(string File, long Bytes, string Sha256);

    private sealed record KnownLine(string Model, string How, string Licence);

    private sealed record SourceLine(string Recorded, string? Sha256, string? Licence, string? Contradiction);

    private sealed record TensorLine(string Name, string Type, IReadOnlyList<long> Shape);
}
