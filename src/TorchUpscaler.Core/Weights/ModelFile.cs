using System.Numerics.Tensors;

namespace TorchUpscaler.Core;

/// <summary>A model as the program reads it: one safetensors file whose tensors make up a known network.</summary>
public sealed class ModelFile : IDisposable
{
    private readonly SafetensorsFile _file;
    private ModelFile? _partner; // the weights are mixed with its
    private float _share = 1;    // this file's in the mixture

    private ModelFile(SafetensorsFile file, NetworkShape network)
    {
        _file = file;
        Network = network;
    }

    /// <summary>The file.</summary>
    public string Path => _file.Path;

    /// <summary>The file's name without folder and extension, as models are called in settings.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The network's sizes, read from the tensors.</summary>
    public NetworkShape Network { get; }

    /// <summary>Texts that the file carries about itself, for example where it came from; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>Opens and checks a safetensors file: its header and every tensor's name and shape, no values yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="WeightsException">Not readable, damaged, or of no known network; the message says which.</exception>
    public static ModelFile Open(string path)
    {
        var file = SafetensorsFile.Open(path);
        try
        {
            var network = NetworkRecognizer.Recognize(path, file.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.Shape));
            var unreadable = file.Tensors.Values.FirstOrDefault(tensor => !tensor.IsReadable);
            if (unreadable is not null)
                throw new WeightsException($"{path} cannot be used: tensor '{unreadable.Name}' is of {SafetensorsTypes.Format(unreadable.Type)}"
                    + "; only F32, F16 and BF16 are read: convert the model again");
            return new ModelFile(file, network);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens two models of one network whose weights are read as <c>share · first + (1 − share) · second</c>.</summary>
    /// <param name="path">The first file, which names the mixture.</param>
    /// <param name="partner">The second file.</param>
    /// <param name="share">The first one's share, 0 to 1.</param>
    /// <exception cref="WeightsException">One of them cannot be opened, or they are not of one network.</exception>
    public static ModelFile OpenMixed(string path, string partner, double share)
    {
        var mixed = Open(path);
        try
        {
            mixed._partner = Open(partner);
            mixed._share = (float)share;
            if (mixed.Network == mixed._partner.Network) return mixed;
            throw new WeightsException($"{path} and {partner} cannot be mixed: they are not of one network; download or convert them again");
        }
        catch
        {
            mixed.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor's values as 32-bit floats, whatever type the file keeps them in, in row-major order.</summary>
    /// <param name="name">The tensor's name in the original definition, for example <c>body.0.rdb1.conv1.weight</c>.</param>
    /// <exception cref="WeightsException">No such tensor, a value is not finite, or the file cannot be read.</exception>
    public float[] Read(string name)
    {
        var values = _file.Read(name);
        if (TensorPrimitives.IsFiniteAll<float>(values)) return _partner is null ? values : Mixed(values, _partner.Read(name));
        var fault = Array.FindIndex(values, value => !float.IsFinite(value));
        throw NotFinite(name, fault, values[fault]);
    }

    /// <summary>A tensor's sizes, the outermost first.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="WeightsException">No such tensor.</exception>
    public IReadOnlyList<long> ShapeOf(string name) => _file.Tensors.TryGetValue(name, out var tensor)
        ? tensor.Shape
        : throw new WeightsException($"{Path} has no tensor '{name}'; download or convert it again");

    /// <summary>Makes sure that a tensor can be read, without keeping what is in it.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="WeightsException">As for <see cref="Read"/>.</exception>
    public void Check(string name)
    {
        var fault = _file.FindNotFinite(name, out var value);
        if (fault >= 0) throw NotFinite(name, fault, value);
        _partner?.Check(name);
    }

    /// <summary>The same open files once more, for one who reads them later: they are closed when both objects are disposed.</summary>
    public ModelFile Share() => new(_file.Share(), Network) { _partner = _partner?.Share(), _share = _share };

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _partner?.Dispose();
    }

    private float[] Mixed(float[] values, float[] others)
    {
        for (var i = 0; i < values.Length; i++) values[i] = (_share * values[i]) + ((1 - _share) * others[i]);
        return values;
    }

    private WeightsException NotFinite(string name, long index, float value) =>
        new($"{Path} cannot be used: value {index} of tensor '{name}' is {value}; download or convert it again");
}
