using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>A safetensors file, read as the program reads it.</summary>
internal static class SafetensorsCheckpoint
{
    private const int LengthBytes = 8;

    /// <summary>Whether a file begins as safetensors do: with a likely length of the header, then the header's brace.</summary>
    internal static bool IsBeginning(ReadOnlySpan<byte> head) =>
        head.Length > LengthBytes && head[LengthBytes] == '{' && head[4..LengthBytes].IndexOfAnyExcept((byte)0) < 0;

    internal static Checkpoint Read(string path, CancellationToken cancel)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            using var bytes = InputFile.Open(path);
            var tensors = file.Tensors.Values
                .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)
                .Select(tensor => new SourceTensor(tensor.Name, tensor.Shape, tensor.Type, () => file.Read(tensor.Name)))
                .ToList();
            return new Checkpoint("safetensors", [SourcePart.Of(bytes, cancel)], tensors, file) { Metadata = file.Metadata };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
