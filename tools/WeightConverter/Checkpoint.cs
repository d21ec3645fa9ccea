namespace TorchUpscaler.WeightConverter;

/// <summary>A tensor of a file that is being converted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions, slowest first.</param>
/// <param name="IsHalf">Whether the file keeps it as fp16, so that writing fp16 loses nothing.</param>
/// <param name="Read">Reads its values in row-major order.</param>
internal sealed record SourceTensor(string Name, IReadOnlyList<long> Shape, bool IsHalf, Func<float[]> Read);

/// <summary>The tensors of a file in a foreign format. Values are read from the open file when they are asked for.</summary>
/// <param name="format">The format in a few words.</param>
/// <param name="sha256">SHA-256 of the file that holds the values.</param>
/// <param name="tensors">The tensors, named as the file names them or as the original definition does.</param>
/// <param name="file">The file, which the checkpoint owns from now on.</param>
internal sealed class Checkpoint(string format, string sha256, IReadOnlyList<SourceTensor> tensors, InputFile file) : IDisposable
{
    internal string Format => format;

    internal string Sha256 => sha256;

    internal IReadOnlyList<SourceTensor> Tensors => tensors;

    public void Dispose() => file.Dispose();
}
