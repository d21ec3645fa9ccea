using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using TorchUpscaler.WeightConverter.Pickles;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>
/// The format of torch.save before PyTorch 1.6: pickles on end (a magic number, the format's version, the machine's sizes,
/// the object, the storages' keys), then each storage as a count of 8 bytes and its elements.
/// </summary>
internal static class TorchLegacy
{
    private const long Version = 1001;
    private const long MaximumPickleBytes = 1 << 23;
    private const string Where = "its pickle";

    private static readonly BigInteger s_magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Reads the pickles and finds the storages; their elements stay where they are.</summary>
    internal static (object? Root, StorageSource Storages) Read(InputFile file)
    {
        var input = new PickleInput(file, Where, 0, Math.Min(file.Length, MaximumPickleBytes));
        RequireHeader(file, input);
        var root = PickleMachine.Load(input, out var references);
        var keys = ReadKeys(file, input);
        var begins = FindStorages(file, input.Position, keys, references);
        return (root, new StorageSource(file, storage => begins[storage.Key]));
    }

    private static void RequireHeader(InputFile file, PickleInput input)
    {
        if (PickleMachine.Load(input) is not BigInteger magic || magic != s_magic)
            throw file.Refused("is a pickle, but not one by torch.save; load it in Python and save its tensors with torch.save");
        if (PickleMachine.Load(input) is not Version)
            throw file.Refused("is of an unknown version of torch.save's old format; save it again in PyTorch");
        if (PickleMachine.Load(input) is not PyDict machine || machine.Find("little_endian") is not true)
            throw file.Refused("was saved on a big-endian machine; save it again on another");
    }

    private static List<string> ReadKeys(InputFile file, PickleInput input)
    {
        if (PickleMachine.Load(input) is not PyList list || list.Items.Any(key => key is not string))
            throw file.Refused("is damaged: it has no list of storages; download it again");
        return [.. list.Items.Cast<string>()];
    }

    /// <summary>Where each storage's elements begin. They fill the rest of the file exactly.</summary>
    private static Dictionary<string, long> FindStorages(
        InputFile file, long position, List<string> keys, IReadOnlyDictionary<string, StorageReference> references)
    {
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (!references.TryGetValue(key, out var storage) || begins.ContainsKey(key))
                throw file.Refused($"is damaged: its list of storages makes no sense at '{key}'; download it again");
            file.Read(position, number, $"the length of storage '{key}'");
            var count = BinaryPrimitives.ReadInt64LittleEndian(number);
            if (count != storage.Count)
                throw file.Refused($"is damaged: storage '{key}' has {count} values where {storage.Count} are announced"
                    + "; download it again");
            position += sizeof(long);
            if (count > file.Length)
                throw file.Refused($"is damaged or cut off: storage '{key}' would have {count} values; download it again");
            file.RequireInside(position, count * storage.Type.Bytes, $"storage '{key}'");
            begins[key] = position;
            position += count * storage.Type.Bytes;
        }
        if (begins.Count != references.Count) throw file.Refused("is damaged: its list of storages is not complete; download it again");
        if (position != file.Length)
            throw file.Refused($"is damaged: {file.Length - position} bytes follow after its last storage; download it again");
        return begins;
    }
}
