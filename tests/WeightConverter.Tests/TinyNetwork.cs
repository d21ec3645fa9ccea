using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>A ×4 RRDBNet of 4 features and 1 block, all its values in one storage, in files that a test damages in one place.</summary>
internal static class TinyNetwork
{
    /// <summary>Values that the network takes.</summary>
    internal const int Taken = 3659;

    /// <summary>Values in the storage: some more, for what a test adds.</summary>
    internal const int Values = 4000;

    /// <summary>The pickle of its tensors.</summary>
    /// <param name="shape">Gives a tensor's shape; null leaves it out.</param>
    /// <param name="more">What the dict holds besides.</param>
    /// <param name="key">The storage's name.</param>
    internal static byte[] Pickle(Func<NetworkTensor, IReadOnlyList<long>?>? shape = null, Action<PickleBuilder>? more = null, string key = "0")
    {
        var pickle = new PickleBuilder().Op('}');
        var offset = 0L;
        foreach (var tensor in NetworkTensors.Of(new RrdbNetShape(4, 3, 3, 4, 1, 2)))
        {
            if ((shape is null ? tensor.Shape : shape(tensor)) is { } sides) Add(pickle, tensor.Name, sides, offset, key);
            offset += tensor.Shape.Aggregate(1L, (product, side) => product * side);
        }
        more?.Invoke(pickle);
        return pickle.Stop();
    }

    /// <summary>A pair of name and tensor for the dict.</summary>
    internal static void Add(PickleBuilder pickle, string name, IReadOnlyList<long> shape, long offset = 0, string key = "0")
    {
        long[] sides = [.. shape], strides = new long[sides.Length];
        for (long axis = sides.Length - 1, step = 1; axis >= 0; step *= sides[axis--]) strides[axis] = step;
        pickle.Text(name).Tensor(key, Values, offset, sides, strides).Op('s');
    }

    /// <summary>A zip as torch.save writes it.</summary>
    internal static void WriteZip(string path, byte[]? pickle = null, float[]? values = null)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        PickleBuilder.Add(zip, "a/data.pkl", pickle ?? Pickle());
        PickleBuilder.Add(zip, "a/data/0", MemoryMarshal.AsBytes(values ?? new float[Values]).ToArray());
        PickleBuilder.Add(zip, "a/version", "3\n"u8.ToArray());
    }

    /// <summary>The format of torch.save before PyTorch 1.6.</summary>
    internal static void WriteLegacy(string path, long announced = Values)
    {
        byte[] magic = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];
        File.WriteAllBytes(
            path,
            [
                .. new PickleBuilder().Raw(magic).Stop(),
                .. new PickleBuilder().Int(1001).Stop(),
                .. new PickleBuilder().Op('}').Text("little_endian").Raw(0x88).Op('s').Stop(),
                .. Pickle(),
                .. new PickleBuilder().Op(']').Text("0").Op('a').Stop(),
                .. BitConverter.GetBytes(announced),
                .. new byte[4 * Values],
            ]);
    }

    /// <summary>A safetensors file of a header as it stands here and zeros behind it.</summary>
    internal static void WriteSafetensors(string path, string header, int dataBytes)
    {
        var text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[dataBytes]]);
    }
}
