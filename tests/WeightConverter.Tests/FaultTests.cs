using System.Buffers.Binary;
using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>
/// Every fault of a file by its whole message, through the command line: each ends with the code 2, and nothing is left behind.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private const string Family = "choose a model of the Real-ESRGAN family, or convert it again from its original file";
    private const string WebPage = "is a web page, not weights; open its address in a browser and save the file itself, for example by its 'raw' or 'download' link";

    private static readonly string[] s_all = ["convert", "inspect", "verify"];
    private static readonly string[] s_values = ["convert", "verify"]; // inspect does not look at values
    private static readonly string[] s_looks = ["inspect", "verify"]; // convert does not take safetensors

    /// <summary>The file's name, what is written, the commands that must refuse it, and the message after the file's name.</summary>
    private static readonly Dictionary<string, (string Name, Action<string> Write, string[] Commands, string Message)> s_faults = new()
    {
        ["a foreign global"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(more: pickle => pickle.Global("os", "system"))), s_all,
            "is refused: data.pkl names 'os.system' at byte 9013, which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()"),
        ["a missing key"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(tensor => tensor.Name == "conv_hr.bias" ? null : tensor.Shape)), s_all,
            $"cannot be used: tensor 'conv_hr.bias' is missing; {Family}"),
        ["a missing key in safetensors"] = ("m.safetensors", path => TinyNetwork.WriteSafetensors(path, """{"conv_first.weight":{"dtype":"F32","shape":[4,3,3,3],"data_offsets":[0,432]}}""", 432), s_looks,
            $"cannot be used: tensor 'conv_last.weight' is missing; {Family}"),
        ["a doubled key"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(more: pickle => TinyNetwork.Add(pickle, "conv_hr.bias", [4]))), s_all,
            "is refused: the key 'conv_hr.bias' stands twice in its pickle, which torch.save never does; download it again"),
        ["a doubled container"] = ("m.pth", path => TinyNetwork.WriteZip(path, new PickleBuilder().Op('}').Text("params").Op('}').Op('s').Text("params").Op('}').Op('s').Stop()), s_all,
            "is refused: the key 'params' stands twice in its pickle, which torch.save never does; download it again"),
        ["a doubled key in safetensors"] = ("m.safetensors", path => TinyNetwork.WriteSafetensors(path, """{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}""", 2), s_looks,
            "is not a valid safetensors file: its header has the key 'a' twice; download or convert it again"),
        ["a kernel of 1×1 in a block"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(tensor => tensor.Name == "body.0.rdb2.conv3.weight" ? [2, 8, 1, 1] : tensor.Shape)), s_all,
            $"cannot be used: tensor 'body.0.rdb2.conv3.weight' has the shape [2, 8, 1, 1], which is not that of a 3×3 convolution; {Family}"),
        ["a kernel of 5×5 at the beginning"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(tensor => tensor.Name == "conv_first.weight" ? [4, 3, 5, 5] : tensor.Shape)), s_all,
            $"cannot be used: tensor 'conv_first.weight' has the shape [4, 3, 5, 5], which is not that of a 3×3 convolution; {Family}"),
        ["a kernel of 1×1 in an ncnn pair"] = ("m.param", path => WritePair(path, pair => pair.Param = pair.Param.Replace("1=3 4=1 5=1 6=108", "1=1 4=1 5=1 6=108", StringComparison.Ordinal)), s_all,
            "has the layer 'conv_first' (Convolution) with a kernel of 1×1 where RRDBNet and SRVGGNetCompact have 3×3; choose a model of the Real-ESRGAN family"),
        ["NaN"] = ("m.pth", path => TinyNetwork.WriteZip(path, values: ValuesWith(7, float.NaN)), s_values,
            "is refused: value 7 of tensor 'conv_first.weight' is NaN; the file is damaged or its training failed, download it again"),
        ["infinity"] = ("m.pth", path => TinyNetwork.WriteZip(path, values: ValuesWith(TinyNetwork.Taken - 1, float.NegativeInfinity)), s_values,
            "is refused: value 2 of tensor 'conv_last.bias' is -Infinity; the file is damaged or its training failed, download it again"),
        ["infinity as fp16 in an ncnn pair"] = ("m.param", path => WritePair(path, pair => BinaryPrimitives.WriteHalfLittleEndian(pair.Bin.AsSpan(4 + (2 * 5)), Half.PositiveInfinity)), s_values,
            "is refused: value 5 of tensor 'conv_first.weight' is Infinity; the file is damaged or its training failed, download it again"),
        ["NaN in safetensors"] = ("m.safetensors", path => WriteWhole(path, bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(bytes.Length - 4), float.NaN)), ["verify"],
            "is refused: value 143 of tensor 'conv_up2.weight' is NaN; the file is damaged or its training failed, download it again"),
        ["a shape that fits no network"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(tensor => tensor.Name == "conv_hr.weight" ? [4, 5, 3, 3] : tensor.Shape)), s_all,
            $"cannot be used: tensor 'conv_hr.weight' has the shape [4, 5, 3, 3] where RRDBNet needs [4, 4, 3, 3]; {Family}"),
        ["channels that fit no scale"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(tensor => tensor.Name == "conv_first.weight" ? [4, 5, 3, 3] : tensor.Shape)), s_all,
            $"cannot be used: 'conv_first.weight' has 5 input channels and 'conv_last.weight' 3 output channels; known are 1, 4 and 16 times as many; {Family}"),
        ["a tensor too many"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(more: pickle => TinyNetwork.Add(pickle, "body.0.rdb4.conv1.bias", [4]))), s_all,
            $"cannot be used: tensor 'body.0.rdb4.conv1.bias' is no part of RRDBNet; {Family}"),
        ["another network altogether"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(_ => null, pickle => TinyNetwork.Add(pickle, "layer1.0.weight", [4]))), s_all,
            $"cannot be used: it is of no known network: neither 'conv_first.weight' (RRDBNet) nor 'body.0.weight' (SRVGGNetCompact) is there; its tensors are 'layer1.0.weight' …; {Family}"),
        ["a zip cut off"] = ("m.pth", path => Damage(path, bytes => bytes[..^30]), s_all,
            "is damaged or cut off: the zip has no directory at its end; download it again"),
        ["a zip cut off at its beginning"] = ("m.pth", path => Damage(path, bytes => [.. bytes[..4], .. bytes[100..]]), s_all,
            "is damaged or cut off: its zip directory would reach to byte 25258 and the file ends at 25184; download it again"),
        ["a zip that lies about a size"] = ("m.pth", path => DamageEntry(path, 20, 0x7000_0000), s_all,
            "is damaged or cut off: the zip's entry 'a/data.pkl' would reach to byte 1879048232 and the file ends at 25280; download it again"),
        ["a zip that lies about an unpacked size"] = ("m.pth", path => DamageEntry(path, 24, 0x7000_0000), s_all,
            "is refused: the zip's entry 'a/data.pkl' has 8974 bytes for 8974 (method 0, CRC-32 #) in its own header and 8974 bytes for 1879048192 (method 0, CRC-32 #) in the zip's directory; download it again"),
        ["a zip that lies about a place"] = ("m.pth", path => DamageEntry(path, 42, 77), s_all,
            "is damaged: the zip's entry 'a/data.pkl' does not begin at byte 77, as the zip's directory says; download it again"),
        ["a zip that lies about a place beyond its end"] = ("m.pth", path => DamageEntry(path, 42, 0x7000_0000), s_all,
            "is damaged or cut off: the zip's entry 'a/data.pkl' would reach to byte 1879048222 and the file ends at 25280; download it again"),
        ["a zip whose pickle has another CRC"] = ("m.pth", path => Damage(path, bytes => Changed(bytes, bytes.AsSpan().IndexOf("conv_hr.bias"u8))), s_all,
            "is damaged: 'a/data.pkl' in it has the CRC-32 # where the zip says #; download it again"),
        ["a zip whose values have another CRC"] = ("m.pth", path => Damage(path, bytes => Changed(bytes, bytes.AsSpan().IndexOf("a/data/0"u8) + 100)), s_values,
            "is damaged: 'a/data/0' in it has the CRC-32 # where the zip says 577ce78d; download it again"),
        ["a zip with an entry inside another"] = ("m.pth", path => Damage(path, Overlap), s_all,
            "is refused: the zip's entry 'a/version' begins at byte 9054, inside 'a/data/0', which ends at 25052; download it again"),
        ["a zip with a directory inside an entry"] = ("m.pth", path => Damage(path, bytes => EntryIntoDirectory(bytes)), s_all,
            "is refused: the zip's entry 'a/version' ends at byte 25094, inside the zip's directory, which begins at 25093; download it again"),
        ["a text beyond a pickle's end"] = ("m.pth", path => TinyNetwork.WriteZip(path, new PickleBuilder().Op('}').Raw((byte)'X', 0xFF, 0xFF, 0, 0).Stop()), s_all,
            "is refused: data.pkl wants 65535 bytes at byte 48 and has 1 left; the file is cut off or damaged, download it again"),
        ["a storage beyond an old file's end"] = ("m.pth", path => Damage(path, bytes => bytes[..^8], isLegacy: true), s_all,
            "is damaged or cut off: storage '0' would reach to byte 25040 and the file ends at 25032; download it again"),
        ["a length of an old file's storage that is not announced"] = ("m.pth", path => TinyNetwork.WriteLegacy(path, long.MaxValue), s_all,
            "is damaged: storage '0' has 9223372036854775807 values where 4000 are announced; download it again"),
        ["a layer beyond a .bin's end"] = ("m.param", path => WritePair(path, pair => pair.Bin = pair.Bin[..^2]), s_all,
            "$B is damaged or cut off: layer 'conv_last' would reach to byte 7520 and the file ends at 7518; download it again"),
        ["a header beyond a safetensors' end"] = ("m.safetensors", path => WriteWhole(path, bytes => bytes[2] = 1), s_looks,
            "is not a valid safetensors file: its header would be # bytes long, and the file has # left; download or convert it again"),
        ["an overlap in safetensors"] = ("m.safetensors", path => TinyNetwork.WriteSafetensors(path, """{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}}""", 3), s_looks,
            "is not a valid safetensors file: tensor 'b' begins at 1, inside the tensor that ends at 2; download or convert it again"),
        ["a gap in safetensors"] = ("m.safetensors", path => TinyNetwork.WriteSafetensors(path, """{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[2],"data_offsets":[3,5]}}""", 5), s_looks,
            "is not a valid safetensors file: tensor 'b' begins at 3, leaving a hole after 2; download or convert it again"),
        ["a tensor beyond a safetensors' end"] = ("m.safetensors", path => TinyNetwork.WriteSafetensors(path, """{"a":{"dtype":"I8","shape":[9],"data_offsets":[0,9]}}""", 5), s_looks,
            "is not a valid safetensors file: its tensors take 9 bytes and the file holds 5 of them; download or convert it again"),
        ["a web page as .pth"] = ("m.pth", path => File.WriteAllText(path, "<!DOCTYPE html>\n<html><body>Sign in</body></html>"), s_all, WebPage),
        ["a web page as .safetensors"] = ("m.safetensors", path => File.WriteAllText(path, "\n<html><body>Sign in</body></html>"), s_all, WebPage),
        ["no safetensors as .safetensors"] = ("m.safetensors", path => File.WriteAllText(path, "12345678901234567890"), s_all,
            "is called a safetensors file and does not begin like one; download or convert it again"),
        ["safetensors to convert"] = ("m.safetensors", path => WriteWhole(path, _ => { }), ["convert"], "is a safetensors file already; use it as it is"),
        ["a name that steers the terminal"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(more: pickle => TinyNetwork.Add(pickle, "\u001b[2J\n", [4]))), s_all,
            $"cannot be used: tensor '?[2J?' is no part of RRDBNet; {Family}"),
        ["a name without end"] = ("m.pth", path => TinyNetwork.WriteZip(path, TinyNetwork.Pickle(more: pickle => TinyNetwork.Add(pickle, new string('n', 100_000), [4]))), s_all,
            $"cannot be used: tensor '$N … $M' is no part of RRDBNet; {Family}"),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public static TheoryData<string, string> Faults
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (fault, file) in s_faults)
                foreach (var command in file.Commands) rows.Add(command, fault);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_refused_by_its_own_message_and_leaves_nothing(string command, string fault)
    {
        var (name, write, _, message) = s_faults[fault];
        write(_folder[name]);
        var before = _folder.Files.ToList();
        string[] arguments = command == "convert" ? [command, _folder[name], _folder["out.safetensors"]] : [command, _folder[name]];

        var code = await new CommandLine(_output, _errors, isTerminal: false).Run(arguments);

        AssertMessage(message.StartsWith('$') ? message : $"{_folder[name]} {message}", _errors.ToString());
        Assert.Equal(2, code);
        Assert.Equal(before, _folder.Files);
        if (command == "convert") Assert.Equal("", _output.ToString());
        if (command == "verify") Assert.StartsWith($"{_folder[name]} is bad", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("verify")]
    public async Task A_file_without_a_fault_is_taken(string command)
    {
        TinyNetwork.WriteZip(_folder["zip.pth"]);
        TinyNetwork.WriteLegacy(_folder["legacy.pth"]);
        WritePair(_folder["m.param"], _ => { });
        WriteWhole(_folder["m.safetensors"], _ => { });
        foreach (var file in new[] { "zip.pth", "legacy.pth", "m.param", "m.bin", "m.safetensors" })
            Assert.True(await new CommandLine(_output, _errors, isTerminal: false).Run([command, _folder[file]]) == 0, $"{file}: {_errors}");
        Assert.Equal("", _errors.ToString());
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        _folder.Dispose();
    }

    /// <summary># stands for a number that has no meaning of its own; $N … $M for a long name that is cut in its middle.</summary>
    private void AssertMessage(string expected, string said)
    {
        expected = expected.Replace("$B", _folder["m.bin"], StringComparison.Ordinal);
        if (expected.Contains("$N", StringComparison.Ordinal))
        {
            var around = (Begin: expected.IndexOf("$N", StringComparison.Ordinal), End: expected.Length - expected.IndexOf("$M", StringComparison.Ordinal) - 2);
            expected = expected.Replace("$N", new string('n', 1700 - around.Begin), StringComparison.Ordinal)
                .Replace("$M", new string('n', 300 - around.End), StringComparison.Ordinal);
        }
        var pattern = System.Text.RegularExpressions.Regex.Escape($"error: {expected}{Environment.NewLine}");
        pattern = $"^{pattern.Replace("\\#", "[0-9a-f]+", StringComparison.Ordinal)}$";
        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(said, pattern), $"said: {said}expected: error: {expected}");
    }

    private static float[] ValuesWith(int place, float value)
    {
        var values = new float[TinyNetwork.Values];
        values[place] = value;
        return values;
    }

    private static void WritePair(string path, Action<NcnnPair> change)
    {
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        change(pair);
        pair.Write(path, Path.ChangeExtension(path, ".bin"));
    }

    /// <summary>A whole network as safetensors, written by the program's own writer, then changed.</summary>
    private static void WriteWhole(string path, Action<byte[]> change)
    {
        var tensors = NetworkTensors.Of(new RrdbNetShape(4, 3, 3, 4, 1, 2))
            .Select(tensor => new TensorToWrite(tensor.Name, TensorType.F32, tensor.Shape, () => new float[tensor.Shape.Aggregate(1L, (product, side) => product * side)]));
        SafetensorsWriter.Write(path, [.. tensors], new Dictionary<string, string>());
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private static void Damage(string path, Func<byte[], byte[]> change, bool isLegacy = false)
    {
        if (isLegacy) TinyNetwork.WriteLegacy(path);
        else TinyNetwork.WriteZip(path);
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }

    private static byte[] Changed(byte[] bytes, int at)
    {
        bytes[at] ^= 1;
        return bytes;
    }

    /// <summary>Changes a field of the zip directory's first entry.</summary>
    private static void DamageEntry(string path, int field, uint value) => Damage(path, bytes =>
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Record(bytes, "a/data.pkl") + field), value);
        return bytes;
    });

    /// <summary>Lets the entry a/version begin inside the values of a/data/0, where a header is made for it.</summary>
    private static byte[] Overlap(byte[] bytes)
    {
        var version = Record(bytes, "a/version");
        var header = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(version + 42));
        var inside = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Record(bytes, "a/data/0") + 42)) + 40;
        bytes.AsSpan(header, 41).CopyTo(bytes.AsSpan(inside));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(version + 42), inside);
        return bytes;
    }

    /// <summary>Makes the last entry longer by a byte, in both places that tell its length.</summary>
    private static byte[] EntryIntoDirectory(byte[] bytes)
    {
        var version = Record(bytes, "a/version");
        var header = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(version + 42));
        foreach (var at in new[] { version + 20, version + 24, header + 18, header + 22 }) bytes[at]++;
        return bytes;
    }

    /// <summary>Where an entry's record begins in the zip's directory.</summary>
    private static int Record(byte[] bytes, string name)
    {
        var directory = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        return directory + bytes.AsSpan(directory).IndexOf(Encoding.ASCII.GetBytes(name)) - 46;
    }
}
