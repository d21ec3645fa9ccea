using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>A tensor of a file of weights.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions, slowest first.</param>
/// <param name="Type">How the file keeps its values.</param>
/// <param name="Read">Reads its values in row-major order.</param>
internal sealed record SourceTensor(string Name, IReadOnlyList<long> Shape, TensorType Type, Func<float[]> Read)
{
    /// <summary>Reads the values, which must be numbers.</summary>
    /// <param name="file">The file's name for the message.</param>
    /// <exception cref="WeightsException">One is NaN or infinite; the message names the tensor.</exception>
    internal float[] ReadFinite(string file)
    {
        var values = Read();
        var bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0
            ? values
            : throw new WeightsException($"{file} is refused: value {bad} of tensor '{Name}' is {values[bad]}"
                + "; the file is damaged or its training failed, download it again");
    }
}

/// <summary>A file that weights were read from.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal digits.</param>
internal sealed record SourcePart(string Path, long Bytes, string Sha256)
{
    internal static SourcePart Of(InputFile file, CancellationToken cancel) => new(file.Path, file.Length, file.Sha256(cancel));
}

/// <summary>The tensors of a file of weights. Values are read from the open file when they are asked for.</summary>
/// <param name="format">The format in a few words.</param>
/// <param name="parts">The files that it consists of; the last one holds the values.</param>
/// <param name="tensors">The tensors, named as the file names them or as the original definition does.</param>
/// <param name="file">The file, which the checkpoint owns from now on.</param>
internal sealed class Checkpoint(string format, IReadOnlyList<SourcePart> parts, IReadOnlyList<SourceTensor> tensors, IDisposable file) : IDisposable
{
    internal string Format => format;

    internal IReadOnlyList<SourcePart> Parts => parts;

    /// <summary>SHA-256 of the file that holds the values.</summary>
    internal string Sha256 => parts[^1].Sha256;

    internal IReadOnlyList<SourceTensor> Tensors => tensors;

    /// <summary>What a safetensors file says of itself; null for the foreign formats.</summary>
    internal IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The tensors as the program would see them: named as in the original definition, whichever program wrote them.</summary>
    internal IReadOnlyList<SourceTensor> Canonical() => Metadata is null ? TensorNames.Canonical(parts[0].Path, tensors) : tensors;

    /// <summary>The network that the tensors make up.</summary>
    /// <exception cref="WeightsException">No known one; the message says why.</exception>
    internal NetworkShape Recognise() => Recognise(Canonical());

    internal NetworkShape Recognise(IReadOnlyList<SourceTensor> canonical) =>
        NetworkRecognizer.Recognize(parts[0].Path, canonical.ToDictionary(tensor => tensor.Name, tensor => tensor.Shape));

    public void Dispose() => file.Dispose();
}
