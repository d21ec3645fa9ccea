namespace TorchUpscaler.Core;

/// <summary>A model as the program reads it: one safetensors file whose tensors make up a known network.</summary>
public sealed class ModelFile : IDisposable
{
    private ModelFile(string path, NetworkShape network)
    {
        Path = path;
        Network = network;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The file's name without folder and extension, as models are called in settings.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The network's sizes, read from the tensors.</summary>
    public NetworkShape Network { get; }

    /// <summary>Opens and checks a safetensors file: its header and every tensor's name and shape, no values yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsException">Not readable, damaged, or of no known network; the message says which.</exception>
    public static ModelFile Open(string path) => throw new NotSupportedException(path);

    /// <summary>Reads a tensor's values as 32-bit floats, whatever type the file keeps them in, in row-major order.</summary>
    /// <param name="name">The tensor's name in the original definition, for example <c>body.0.rdb1.conv1.weight</c>.</param>
    /// <exception cref="WeightsException">No such tensor, a value is not finite, or the file cannot be read.</exception>
    public float[] Read(string name) => throw new NotSupportedException(name);

    /// <inheritdoc/>
    public void Dispose() { }
}
