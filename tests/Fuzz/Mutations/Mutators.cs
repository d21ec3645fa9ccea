using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TorchUpscaler.Fuzz.Mutations;

/// <summary>
/// Damages files of each kind. Damage by bytes alone would mostly end at the first check, so most of it is done inside the
/// format, whose lengths and checksums are then made right again.
/// </summary>
internal sealed class Mutators
{
    private const int LongestName = 20_000; // of an entry; a zip has room for three times as many bytes

    private readonly Random _random;
    private readonly ByteMutator _bytes;
    private readonly TextMutator _text;
    private readonly PickleMutator _pickle;
    private readonly TensorMutator _tensors;

    internal Mutators(int seed)
    {
        _random = new Random(seed);
        _bytes = new ByteMutator(_random);
        _text = new TextMutator(_random);
        _pickle = new PickleMutator(_random, _bytes);
        _tensors = new TensorMutator(_random);
    }

    /// <summary>One damaged file out of a target's seeds.</summary>
    internal byte[] Next(string target, IReadOnlyList<(string Name, byte[] Bytes)> seeds)
    {
        byte[] bytes = seeds[_random.Next(seeds.Count)].Bytes, other = seeds[_random.Next(seeds.Count)].Bytes;
        return target switch
        {
            "pickle" => _pickle.Mutate(bytes, other),
            "zip" => _random.Next(4) == 0 ? MutateDirectory(bytes, other) : MutateEntries(bytes, other),
            "legacy" => MutateLegacy(bytes, other),
            "ncnn" => _random.Next(4) == 0 ? _bytes.Mutate(bytes, other) : MutatePair(bytes, other),
            "safetensors" => _random.Next(4) switch
            {
                0 => _bytes.Mutate(bytes, other),
                1 => MutateHeader(bytes),
                _ => _tensors.Mutate(bytes),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(target), target, "no mutator"),
        };
    }

    /// <summary>By bytes, half of the time in the directory at the zip's end.</summary>
    private byte[] MutateDirectory(byte[] zip, byte[] other)
    {
        var directory = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        return _random.Next(2) == 0 ? _bytes.Mutate(zip, other) : _bytes.MutatePart(zip, directory, zip.Length, other);
    }

    /// <summary>One entry, mostly the pickle, is damaged, goes, comes twice or gets another's name, in a zip that is right otherwise.</summary>
    private byte[] MutateEntries(byte[] zip, byte[] other)
    {
        var entries = Unzip(zip);
        var at = _random.Next(3) > 0 ? entries.FindIndex(entry => entry.Name.EndsWith("data.pkl", StringComparison.Ordinal)) : _random.Next(entries.Count);
        var (name, content) = entries[at];
        switch (_random.Next(12))
        {
            case 0: entries.RemoveAt(at); break;
            case 1: entries.Add(entries[at]); break;
            case 2: entries[at] = (entries[_random.Next(entries.Count)].Name, content); break;
            case 3: entries[at] = ($"{_text.Mutate(name)}/", content); break;
            default: entries[at] = (name, _pickle.Mutate(content, other)); break;
        }
        return Zip(entries);
    }

    /// <summary>The three pickles of the header stay whole for the most part, so that the rest is reached.</summary>
    private byte[] MutateLegacy(byte[] file, byte[] other)
    {
        const int header = 100;
        var begin = _random.Next(20) == 0 ? 0 : Math.Min(header, file.Length);
        return [.. file[..begin], .. _pickle.Mutate(file[begin..], other)];
    }

    private byte[] MutatePair(byte[] pair, byte[] other)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(pair);
        var bin = pair[(4 + length)..];
        if (_random.Next(6) == 0) return [.. pair[..(4 + length)], .. _bytes.Mutate(bin, other)];
        var text = _text.Mutate(Encoding.Latin1.GetString(pair, 4, length));
        if (_random.Next(4) > 0) text = WithRightCount(text);
        return [.. BitConverter.GetBytes(Encoding.Latin1.GetByteCount(text)), .. Encoding.Latin1.GetBytes(text), .. bin];
    }

    private static string WithRightCount(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 1) lines[1] = $"{lines.Length - 2} {lines.Length - 2}";
        return string.Join('\n', lines);
    }

    private byte[] MutateHeader(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var text = Encoding.UTF8.GetBytes(_text.Mutate(Encoding.UTF8.GetString(file, 8, length)));
        return [.. BitConverter.GetBytes((long)text.Length), .. text, .. file[(8 + length)..]];
    }

    private static List<(string Name, byte[] Content)> Unzip(byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        return [.. zip.Entries.Select(entry => (entry.FullName, Content(entry)))];
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static byte[] Zip(List<(string Name, byte[] Content)> entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name[..Math.Min(name.Length, LongestName)], CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
