using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter;

/// <summary>What a conversion made.</summary>
/// <param name="Path">The safetensors file.</param>
/// <param name="Network">The network that was recognised.</param>
/// <param name="Format">The format of the file that was read.</param>
/// <param name="SourceSha256">The SHA-256 of the file that was read; of an ncnn pair, of its .bin.</param>
/// <param name="Bytes">The result's length.</param>
/// <param name="Sha256">The result's SHA-256 in lower-case hexadecimal digits.</param>
internal sealed record Conversion(string Path, NetworkShape Network, string Format, string SourceSha256, long Bytes, string Sha256);

/// <summary>Where weights come from, as the result's metadata is to say.</summary>
/// <param name="Source">An address, a package or a file name.</param>
/// <param name="Licence">The weights' licence, where it is known.</param>
internal sealed record Origin(string Source, string? Licence);

/// <summary>
/// Turns a file of weights into safetensors: read, recognised, written to a temporary file, read back, renamed. The same
/// file gives the same bytes everywhere and at all times.
/// </summary>
internal static class Converter
{
    /// <summary>The key and text of the metadata that tell a result of <c>--half</c> from what a source yields otherwise.</summary>
    internal const string HalfKey = "half", HalfText = "true";

    /// <param name="input">A .pth file, or one of an ncnn pair.</param>
    /// <param name="output">The safetensors file; one that exists is replaced.</param>
    /// <param name="half">Whether to write everything as fp16. Otherwise fp16 stays fp16 and all else becomes fp32, which loses nothing.</param>
    /// <param name="origin">Gives the origin for the SHA-256 of what was read.</param>
    /// <param name="requiredSha256">The SHA-256 that the result must have, where it is known.</param>
    /// <param name="cancel">Stops the conversion and leaves nothing behind.</param>
    /// <exception cref="WeightsException">The file is refused; the message says why.</exception>
    /// <exception cref="SourceFailedException">The result is another than the required one.</exception>
    /// <exception cref="ToolFailureException">The result cannot be written.</exception>
    internal static Conversion Convert(
        string input, string output, bool half, Func<string, Origin> origin, string? requiredSha256, CancellationToken cancel)
    {
        using var checkpoint = CheckpointReader.OpenForeign(input, cancel);
        var tensors = checkpoint.Canonical();
        var network = checkpoint.Recognise(tensors);
        var metadata = Describe(checkpoint, origin(checkpoint.Sha256), network, half);

        var sha256 = "";
        try
        {
            SafetensorsWriter.Write(output, [.. tensors.Select(tensor => ToWrite(tensor, half, input))], metadata, Verify, cancel);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolFailureException(WriteFailure.Sentence(Display.Text(output), error), error);
        }
        return new Conversion(output, network, checkpoint.Format, checkpoint.Sha256, new FileInfo(output).Length, sha256);

        void Verify(string written)
        {
            RequireReadable(written, network, cancel);
            using var file = InputFile.Open(written);
            sha256 = file.Sha256(cancel);
            if (requiredSha256 is not null && sha256 != requiredSha256)
                throw new SourceFailedException($"{input} gave a safetensors file with the SHA-256 {sha256} where the catalogue says {requiredSha256}"
                    + "; it was not kept")
                { IsAnotherFile = true };
        }
    }

    private static TensorToWrite ToWrite(SourceTensor tensor, bool half, string input)
    {
        var type = half || tensor.Type == TensorType.F16 ? TensorType.F16 : TensorType.F32;
        return new TensorToWrite(tensor.Name, type, tensor.Shape, () => tensor.ReadFinite(input));
    }

    private static SortedDictionary<string, string> Describe(Checkpoint checkpoint, Origin origin, NetworkShape network, bool half)
    {
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["network"] = network.Kind,
            ["scale"] = $"{network.Scale}",
            ["source"] = origin.Source,
            ["source_format"] = checkpoint.Format,
            ["source_sha256"] = checkpoint.Sha256,
        };
        if (origin.Licence is not null) metadata["licence"] = origin.Licence;
        if (half) metadata[HalfKey] = HalfText;
        return metadata;
    }

    /// <summary>The program's own reader must accept the whole file before it gets its name.</summary>
    private static void RequireReadable(string written, NetworkShape network, CancellationToken cancel)
    {
        using var model = ModelFile.Open(written);
        if (model.Network != network) throw new WeightsException($"{written} was written as {model.Network} and read as {network}");
        foreach (var tensor in NetworkTensors.Of(network))
        {
            cancel.ThrowIfCancellationRequested();
            model.Read(tensor.Name);
        }
    }
}
