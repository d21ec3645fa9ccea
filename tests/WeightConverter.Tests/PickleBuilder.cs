using System.IO.Compression;
using System.Text;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>Writes pickles opcode by opcode, for what no honest program would write.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _bytes = [];

    internal PickleBuilder() => Raw(0x80, 2);

    internal PickleBuilder Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    internal PickleBuilder Repeat(int times, params byte[] bytes)
    {
        for (var i = 0; i < times; i++) _bytes.AddRange(bytes);
        return this;
    }

    internal PickleBuilder Op(char opcode) => Raw((byte)opcode);

    internal PickleBuilder Global(string module, string name) => Raw(Encoding.UTF8.GetBytes($"c{module}\n{name}\n"));

    internal PickleBuilder Text(string text) => Raw([(byte)'X', .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)]);

    internal PickleBuilder Int(int value) => Raw([(byte)'J', .. BitConverter.GetBytes(value)]);

    internal PickleBuilder Long(long value) => Raw([0x8A, 8, .. BitConverter.GetBytes(value)]);

    /// <summary>A storage of so many floats.</summary>
    internal PickleBuilder Storage(string key, long count, string type = "FloatStorage") =>
        Op('(').Text("storage").Global("torch", type).Text(key).Text("cpu").Long(count).Op('t').Op('Q');

    /// <summary>A tensor over a storage.</summary>
    internal PickleBuilder Tensor(string key, long storageCount, long offset, long[] shape, long[] strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(key, storageCount).Long(offset);
        Tuple(shape).Tuple(strides);
        return Raw(0x89).Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
    }

    internal byte[] Stop()
    {
        Op('.');
        return [.. _bytes];
    }

    /// <summary>Puts a pickle into a zip as torch.save does, with storages of zeros.</summary>
    internal static void WriteZip(string path, byte[] pickle, params (string Key, int Bytes)[] storages)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add(zip, "archive/data.pkl", pickle);
        foreach (var (key, bytes) in storages) Add(zip, $"archive/data/{key}", new byte[bytes]);
    }

    internal static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel compression = CompressionLevel.NoCompression)
    {
        using var entry = zip.CreateEntry(name, compression).Open();
        entry.Write(content);
    }

    private PickleBuilder Tuple(long[] values)
    {
        Op('(');
        foreach (var value in values) Long(value);
        return Op('t');
    }
}
