using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Inspecting;

/// <summary>What can be said of a file of weights: what it consists of, which network it makes up, where it comes from.</summary>
internal sealed class Inspection : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly Catalogue _catalogue;
    private readonly IReadOnlyList<SourceTensor> _canonical = [];

    private Inspection(string path, Checkpoint checkpoint, Catalogue catalogue)
    {
        Path = path;
        _checkpoint = checkpoint;
        _catalogue = catalogue;
        try
        {
            _canonical = checkpoint.Canonical();
            Network = checkpoint.Recognise(_canonical);
        }
        catch (WeightsException fault)
        {
            Fault = fault;
        }
    }

    /// <summary>The file as it was named.</summary>
    internal string Path { get; }

    internal string Format => _checkpoint.Format;

    internal IReadOnlyList<SourcePart> Parts => _checkpoint.Parts;

    /// <summary>Its tensors, named as the file names them.</summary>
    internal IReadOnlyList<SourceTensor> Tensors => _checkpoint.Tensors;

    /// <summary>The network; null where it is none that is known, see <see cref="Fault"/>.</summary>
    internal NetworkShape? Network { get; }

    /// <summary>Why the tensors make up no known network.</summary>
    internal WeightsException? Fault { get; }

    /// <summary>What the catalogue knows of the file; null where it does not know it.</summary>
    internal KnownFile? Known => _catalogue.Identify(Parts);

    /// <summary>The source that a safetensors file names as its own; null where it names none.</summary>
    internal string? RecordedSource => Recorded("source");

    internal string? RecordedSourceSha256 => Recorded("source_sha256");

    /// <summary>Whether the file says that it was converted with <c>--half</c>.</summary>
    internal bool RecordedHalf => Recorded(Converter.HalfKey) == Converter.HalfText;

    internal string? RecordedLicence => Recorded("licence");

    /// <summary>
    /// What speaks against the recorded source: the catalogue has it, and says that it yields another file. Null where nothing does,
    /// and for what was converted with <c>--half</c>, of which the catalogue knows no hash.
    /// </summary>
    internal string? Contradiction => Known is null && !RecordedHalf && RecordedSourceSha256 is { } sha256 && _catalogue.YieldOf(sha256) is { } yields
        ? $"what its recorded source yields has the SHA-256 {yields}"
        : null;

    /// <summary>Opens a file in any format that is known and looks at everything but the values.</summary>
    /// <exception cref="WeightsException">It cannot be read as weights at all; the message says why.</exception>
    internal static Inspection Of(string path, Catalogue catalogue, CancellationToken cancel)
    {
        var checkpoint = CheckpointReader.OpenAny(path, cancel);
        return new Inspection(path, checkpoint, catalogue);
    }

    /// <summary>Reads every value, and holds the file against what the catalogue knows of its source.</summary>
    /// <exception cref="WeightsException">
    /// The tensors make up no known network, a value is no number, or the file is not what its source yields; the message says which.
    /// </exception>
    internal void Verify(CancellationToken cancel)
    {
        if (Fault is not null) throw Fault;
        foreach (var tensor in _canonical)
        {
            cancel.ThrowIfCancellationRequested();
            tensor.ReadFinite(Path);
        }
        if (Contradiction is { } contradiction)
            throw new WeightsException($"{Path} is not what its recorded source yields: {contradiction}, and this file {_checkpoint.Sha256}"
                + "; it was changed since, pull or convert it again");
    }

    public void Dispose() => _checkpoint.Dispose();

    private string? Recorded(string key) => _checkpoint.Metadata?.GetValueOrDefault(key);
}
