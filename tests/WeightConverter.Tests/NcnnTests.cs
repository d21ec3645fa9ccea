using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class NcnnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(2, 2, 6, 5, true, ".param")]
    [InlineData(2, 3, 8, 4, false, ".bin")]
    [InlineData(2, 1, 1, 1, true, ".bin")]
    [InlineData(3, 1, 4, 2, true, ".param")]
    public void RRDBNet_gives_the_pairs_own_values(int enlargements, int blocks, int features, int growth, bool half, string extension)
    {
        var pair = NcnnPair.RrdbNet(features, blocks, growth, enlargements, half);
        var conversion = Convert(pair, extension);

        Assert.Equal(new RrdbNetShape(enlargements == 3 ? 8 : 4, 3, 3, features, blocks, growth), conversion.Network);
        Assert.Equal($"ncnn pair, {(half ? "fp16" : "fp32")}", conversion.Format);
        AssertValues(pair, half);
    }

    [Theory]
    [InlineData(4, 3, 7, true, ".bin")]
    [InlineData(2, 0, 5, false, ".param")]
    public void SRVGGNetCompact_gives_the_pairs_own_values(int scale, int inner, int features, bool half, string extension)
    {
        var pair = NcnnPair.CompactNet(features, inner, scale, half);
        Assert.Equal(new CompactNetShape(scale, 3, 3, features, inner), Convert(pair, extension).Network);
        AssertValues(pair, half);
    }

    [Fact]
    public void Activations_and_scalings_may_be_layers_of_their_own()
    {
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        var lines = pair.Param.Replace(" 9=2 -23310=1,2.000000e-01", "", StringComparison.Ordinal)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(Unfused)
            .ToList();
        lines[1] = $"{lines.Count - 2} 999";
        pair.Param = string.Join('\n', lines);

        Assert.Equal(new RrdbNetShape(4, 3, 3, 4, 1, 2), Convert(pair, ".param").Network);
        AssertValues(pair, half: true);
    }

    public static TheoryData<string, string, string> ForeignGraphs => new()
    {
        { "-23310=1,2.000000e-01", "-23310=1,1.000000e-01", "$P describes a network that is neither RRDBNet nor SRVGGNetCompact; choose a model of the Real-ESRGAN family" },
        { "-23301=2,2.000000e-01,1.000000e+00", "-23301=2,1.000000e+00,2.000000e-01", "$P describes a network that is neither RRDBNet nor SRVGGNetCompact; choose a model of the Real-ESRGAN family" },
        { "1=2.000000e+00 2=2.000000e+00", "1=3.000000e+00 2=3.000000e+00", "$P describes a network that is neither RRDBNet nor SRVGGNetCompact; choose a model of the Real-ESRGAN family" },
        { "skip_body.0.rdb1_1 body.0.rdb1.conv1_1", "body.0.rdb1.conv1_1 skip_body.0.rdb1_1", "$P describes a network that is neither RRDBNet nor SRVGGNetCompact; choose a model of the Real-ESRGAN family" },
        { "0=1 1=2.000000e+00", "0=2 1=2.000000e+00", "$P has the layer 'up_conv_up1' (Interp), which RRDBNet and SRVGGNetCompact do not have in this form; choose a model of the Real-ESRGAN family" },
        { "1=3 4=1 5=1", "1=1 4=1 5=1", "$P has the layer 'conv_first' (Convolution) with a kernel of 1×1 where RRDBNet and SRVGGNetCompact have 3×3; choose a model of the Real-ESRGAN family" },
        { "1=3 4=1 5=1", "1=3 4=1 5=1 8=2", "$P has the layer 'conv_first' (Convolution), which RRDBNet and SRVGGNetCompact do not have in this form; choose a model of the Real-ESRGAN family" },
        { "9=2", "9=1", "$P has the layer 'body.0.rdb1.conv1' (Convolution), which RRDBNet and SRVGGNetCompact do not have in this form; choose a model of the Real-ESRGAN family" },
        { "Interp ", "Reorg ", "$P has the layer 'up_conv_up1' (Reorg), which RRDBNet and SRVGGNetCompact do not have in this form; choose a model of the Real-ESRGAN family" },
        { "conv_first 1 1 data", "conv_first 1 1 nowhere", "$P is damaged: layer 'conv_first' reads 'nowhere', which no layer before it writes; download it again" },
        { "Convolution conv_first 1 1 data conv_first", "Convolution conv_first 1 1 data data", "$P is damaged: two layers write 'data'; download it again" },
        { "0=4 1=3 4=1 5=1 6=108", "0=4 1=3 4=1 5=1 6=109", "$P is damaged: layer 'conv_first' has 109 weights for 4 outputs; download it again" },
        { "0=4 1=3 4=1 5=1 6=108", "0=4 1=3 4=1 5=1 6=-108", "$P is damaged: layer 'conv_first' has -1 weights for 4 outputs; download it again" },
        { "0=4 1=3 4=1 5=1 6=108", "0=4 1=3 4=1 5=1 6=2147483628", "$B is damaged or cut off: layer 'conv_first' would reach to byte 4294967276 and the file ends at #; download it again" },
        { "0=4 1=3 4=1 5=1 6=108", "0=4 0=4 1=3 4=1 5=1 6=108", "$P is damaged: line 4 has the parameter '0=4', which makes no sense; download it again" },
        { "-23301=2,", "-23301=3,", "$P is damaged: line # has the parameter '-23301=3,2.000000e-01,1.000000e+00', which makes no sense; download it again" },
        { "conv_first 1 1", "conv_first 9 9999999", "$P is damaged: line 4 is no layer; download it again" },
        { " 999\n", "1 999\n", "$P announces # layers and has #; it is cut off or damaged, download it again" },
        { " 999\n", "\n", "$P has no counts of layers and blobs in its second line; download it again" },
    };

    [Theory]
    [MemberData(nameof(ForeignGraphs))]
    public void A_graph_that_computes_something_else_is_refused(string part, string replacement, string fault)
    {
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        Assert.Contains(part, pair.Param, StringComparison.Ordinal);
        pair.Param = ReplaceFirst(pair.Param, part, replacement);
        pair.Write(_folder["m.param"], _folder["m.bin"]);
        AssertRefused(".param", fault);
    }

    [Fact]
    public void A_bin_that_does_not_end_where_the_param_says_is_refused()
    {
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        pair.Bin = [.. pair.Bin, 0, 0, 0, 0];
        pair.Write(_folder["m.param"], _folder["m.bin"]);
        AssertRefused(".bin", "$B has 4 bytes more than m.param describes; the two do not belong together, download both again");

        for (var cut = 5; cut < pair.Bin.Length; cut += 371)
        {
            File.WriteAllBytes(_folder["m.bin"], pair.Bin[..^cut]);
            var error = Assert.Throws<WeightsException>(() => Convert(".param"));
            Assert.True(error.Message.StartsWith($"{_folder["m.bin"]} is damaged or cut off: layer ", StringComparison.Ordinal), $"cut by {cut}: {error.Message}");
        }
    }

    [Fact]
    public void A_form_of_weights_that_is_not_known_is_refused()
    {
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        BitConverter.TryWriteBytes(pair.Bin, 0x000D4B38); // int8
        pair.Write(_folder["m.param"], _folder["m.bin"]);
        AssertRefused(".param", "$B keeps layer 'conv_first' in a form (0x000D4B38) other than fp32 and fp16; get the model in one of these");
    }

    [Fact]
    public void The_other_half_must_be_there()
    {
        NcnnPair.RrdbNet(4, 1, 2, 2, half: true).Write(_folder["m.param"], _folder["m.bin"]);
        File.Delete(_folder["m.bin"]);
        AssertRefused(".param", "$P is one half of an ncnn model and m.bin is not beside it; put both into one folder");

        NcnnPair.RrdbNet(4, 1, 2, 2, half: true).Write(_folder["m.param"], _folder["m.bin"]);
        File.WriteAllText(_folder["m.param"], "7767518\n");
        AssertRefused(".bin", "$P does not begin with ncnn's number 7767517; name a .param file in text form");
        File.Delete(_folder["m.param"]);
        AssertRefused(".bin", "$B is no file of PyTorch, and no .param file is beside it to make an ncnn pair; put both into one folder");
    }

    [Fact]
    public void Damaged_descriptions_give_a_named_error_or_the_same_network_and_nothing_else()
    {
        var random = new Random(5);
        var pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
        var whole = Encoding.ASCII.GetBytes(pair.Param);
        for (var round = 0; round < 500; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(8, bytes.Length)] = (byte)"0123456789 =-,.abC\n"[random.Next(19)];
            pair.Param = Encoding.ASCII.GetString(bytes);
            pair.Write(_folder["m.param"], _folder["m.bin"]);
            var error = Record.Exception(() => Convert(".param"));
            Assert.True(error is null or WeightsException, $"round {round}: {error}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Unfused(string line)
    {
        var fields = line.Split(' ');
        var isActive = fields[0] == "Convolution" && fields[1] is var name
            && (name.StartsWith("conv_up", StringComparison.Ordinal) || name == "conv_hr" || (name.Contains("rdb", StringComparison.Ordinal) && !name.EndsWith('5')));
        if (isActive)
        {
            var blob = fields[5];
            yield return line.Replace($" {blob} 0=", $" raw_{blob} 0=", StringComparison.Ordinal);
            yield return $"ReLU relu_{blob} 1 1 raw_{blob} {blob} 0=2.000000e-01";
        }
        else if (fields[0] == "Eltwise")
        {
            yield return $"BinaryOp mul_{fields[1]} 1 1 {fields[4]} scaled_{fields[1]} 0=2 1=1 2=2.000000e-01";
            yield return $"BinaryOp {fields[1]} 2 1 {fields[5]} scaled_{fields[1]} {fields[6]} 0=0";
        }
        else
        {
            yield return line;
        }
    }

    private static string ReplaceFirst(string text, string part, string replacement)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return text[..at] + replacement + text[(at + part.Length)..];
    }

    private void AssertRefused(string extension, string fault)
    {
        var error = Assert.Throws<WeightsException>(() => Convert(extension));
        var message = error.Message.Replace(_folder["m.param"], "$P", StringComparison.Ordinal).Replace(_folder["m.bin"], "$B", StringComparison.Ordinal);
        var pattern = "^" + System.Text.RegularExpressions.Regex.Escape(fault).Replace("\\#", "[0-9]+", StringComparison.Ordinal) + "$";
        Assert.Matches(pattern, message);
    }

    private Conversion Convert(NcnnPair pair, string extension)
    {
        pair.Write(_folder["m.param"], _folder["m.bin"]);
        return Convert(extension);
    }

    private Conversion Convert(string extension) => Converter.Convert(
        _folder["m" + extension], _folder["out.safetensors"], false, _ => new Origin("a test", null), null, CancellationToken.None);

    private void AssertValues(NcnnPair pair, bool half)
    {
        using var file = SafetensorsFile.Open(_folder["out.safetensors"]);
        Assert.Equal(pair.Values.Keys.Order(), file.Tensors.Keys.Order());
        foreach (var (name, values) in pair.Values)
        {
            Assert.Equal(values, file.Read(name));
            Assert.Equal(half && file.Tensors[name].Shape.Count == 4 ? TensorType.F16 : TensorType.F32, file.Tensors[name].Type);
        }
    }
}
