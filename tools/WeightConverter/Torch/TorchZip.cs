using System.Text;
using TorchUpscaler.WeightConverter.Pickles;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>The format of torch.save since PyTorch 1.6: a zip with a pickle, <c>data.pkl</c>, and a file for each storage.</summary>
internal static class TorchZip
{
    private const string PickleName = "data.pkl";
    private const long MaximumPickleBytes = 1 << 23;

    /// <summary>Reads the pickle; storages stay where they are.</summary>
    internal static (object? Root, StorageSource Storages) Read(InputFile file)
    {
        var entries = ZipDirectory.Read(file);
        var folder = FindFolder(file, entries);
        RequireLittleEndian(file, entries, folder);
        var pickle = Plain(file, entries, folder + PickleName);
        if (pickle.Length > MaximumPickleBytes)
            throw file.Refused($"is refused: its {PickleName} has {pickle.Length} bytes, far more than weights need");
        RequireIntact(file, pickle);

        var root = PickleMachine.Load(new PickleInput(file, PickleName, pickle.Begin, pickle.Begin + pickle.Length));
        var intact = new HashSet<string>(StringComparer.Ordinal);
        return (root, new StorageSource(file, storage => Find(file, entries, folder, storage, intact)));
    }

    private static string FindFolder(InputFile file, Dictionary<string, ZipEntry> entries)
    {
        var pickles = entries.Keys.Where(name => name == PickleName || name.EndsWith('/' + PickleName)).ToList();
        if (pickles.Count != 1)
            throw file.Refused($"is a zip, but not one by torch.save: it has {pickles.Count} files {PickleName}"
                + "; unpack it and convert the .pth file in it");
        var folder = pickles[0][..^PickleName.Length];
        if (entries.ContainsKey(folder + "constants.pkl"))
            throw file.Refused("is a TorchScript program, not weights; convert the .pth file that it was made from");
        return folder;
    }

    private static void RequireLittleEndian(InputFile file, Dictionary<string, ZipEntry> entries, string folder)
    {
        if (!entries.ContainsKey(folder + "byteorder")) return;
        var entry = Plain(file, entries, folder + "byteorder");
        var order = Encoding.ASCII.GetString(file.Read(entry.Begin, Math.Min(entry.Length, 16), "its byteorder"));
        if (order != "little") throw file.Refused("was saved on a big-endian machine; save it again on another");
    }

    private static long Find(InputFile file, Dictionary<string, ZipEntry> entries, string folder, StorageReference storage, HashSet<string> intact)
    {
        var entry = Plain(file, entries, $"{folder}data/{storage.Key}");
        if (entry.Length / storage.Type.Bytes != storage.Count || entry.Length % storage.Type.Bytes != 0)
            throw file.Refused($"is damaged: storage '{storage.Key}' has {entry.Length} bytes where {storage.Count} values of {storage.Type.Name} are announced"
                + "; download it again");
        if (intact.Add(storage.Key)) RequireIntact(file, entry);
        return entry.Begin;
    }

    private static void RequireIntact(InputFile file, ZipEntry entry)
    {
        var found = file.Crc32(entry.Begin, entry.Length, $"the zip's entry '{entry.Name}'");
        if (found != entry.Crc32)
            throw file.Refused($"is damaged: '{entry.Name}' in it has the CRC-32 {found:x8} where the zip says {entry.Crc32:x8}; download it again");
    }

    private static ZipEntry Plain(InputFile file, Dictionary<string, ZipEntry> entries, string name)
    {
        if (!entries.TryGetValue(name, out var entry)) throw file.Refused($"is damaged: '{name}' is not in it; download it again");
        return entry.Packing is null
            ? entry
            : throw file.Refused($"is refused: '{name}' in it is {entry.Packing}, which torch.save never does"
                + "; load it in PyTorch and save it again");
    }
}
