using System.Text;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>Writes an ncnn pair of a small network with random values, layer by layer as ncnn's own tools lay it out.</summary>
internal sealed class NcnnPair
{
    private readonly StringBuilder _layers = new("Input input 0 1 data\n");
    private readonly List<byte> _weights = [];
    private readonly Random _random = new(3);
    private readonly bool _half;
    private int _count = 1;

    private NcnnPair(bool half) => _half = half;

    internal string Param { get; set; } = "";

    internal byte[] Bin { get; set; } = [];

    /// <summary>The values that were written, by the names of the original definition.</summary>
    internal Dictionary<string, float[]> Values { get; } = [];

    internal static NcnnPair RrdbNet(int features, int blocks, int growth, int enlargements, bool half)
    {
        var pair = new NcnnPair(half);
        pair.Convolution("conv_first", "data", 3, features, active: false);
        pair.Split("conv_first", 2);
        var trunk = "conv_first_0";
        for (var block = 0; block < blocks; block++)
        {
            var name = $"body.{block}";
            pair.Layer("Split", $"fork_{name}", [trunk], [$"{name}_0", $"{name}_1"], "");
            var inner = $"{name}_0";
            for (var dense = 1; dense <= 3; dense++) inner = pair.DenseBlock($"{name}.rdb{dense}", inner, features, growth);
            pair.Layer("Eltwise", $"sum_{name}", [inner, $"{name}_1"], [$"sum_{name}"], "0=1 -23301=2,2.000000e-01,1.000000e+00");
            trunk = $"sum_{name}";
        }
        pair.Convolution("conv_body", trunk, features, features, active: false);
        pair.Layer("BinaryOp", "add", ["conv_first_1", "conv_body"], ["add"], "");
        var value = "add";
        for (var up = 1; up <= enlargements; up++)
        {
            pair.Layer("Interp", $"up_conv_up{up}", [value], [$"up{up}"], "0=1 1=2.000000e+00 2=2.000000e+00");
            value = pair.Convolution($"conv_up{up}", $"up{up}", features, features, active: true);
        }
        value = pair.Convolution("conv_hr", value, features, features, active: true);
        pair.Convolution("conv_last", value, features, 3, active: false);
        return pair.Finish();
    }

    internal static NcnnPair CompactNet(int features, int inner, int scale, bool half)
    {
        var pair = new NcnnPair(half);
        pair.Split("data", 2);
        var value = "data_1";
        for (var layer = 0; layer <= inner; layer++)
        {
            value = pair.Convolution($"body.{2 * layer}", value, layer == 0 ? 3 : features, features, active: false);
            pair.Layer("PReLU", $"p{layer}", [value], [$"p{layer}"], $"0={features}");
            pair.Singles($"body.{(2 * layer) + 1}.weight", features);
            value = $"p{layer}";
        }
        value = pair.Convolution($"body.{2 * (inner + 1)}", value, features, 3 * scale * scale, active: false);
        pair.Layer("PixelShuffle", "shuffle", [value], ["shuffle"], $"0={scale}");
        pair.Layer("Interp", "base", ["data_0"], ["base"], $"0=1 1={scale}.000000e+00 2={scale}.000000e+00");
        pair.Layer("BinaryOp", "add", ["shuffle", "base"], ["output"], "");
        return pair.Finish();
    }

    internal void Write(string param, string bin)
    {
        File.WriteAllText(param, Param);
        File.WriteAllBytes(bin, Bin);
    }

    private string DenseBlock(string name, string input, int features, int growth)
    {
        Layer("Split", $"skip_{name}", [input], [.. Enumerable.Range(0, 6).Select(i => $"skip_{name}_{i}")], "");
        var joined = new List<string>();
        var value = $"skip_{name}_5";
        for (var layer = 1; layer <= 4; layer++)
        {
            Convolution($"{name}.conv{layer}", value, features + ((layer - 1) * growth), growth, active: true);
            Split($"{name}.conv{layer}", 5 - layer);
            joined.Add($"{name}.conv{layer}");
            value = $"cat_{name}.{layer + 1}";
            Layer("Concat", value, [$"skip_{name}_{layer - 1}", .. joined.Select((blob, place) => $"{blob}_{layer - 1 - place}")], [value], "0=0");
        }
        Convolution($"{name}.conv5", value, features + (4 * growth), features, active: false);
        Layer("Eltwise", $"sum_{name}", [$"{name}.conv5", $"skip_{name}_4"], [$"sum_{name}"], "0=1 -23301=2,2.000000e-01,1.000000e+00");
        return $"sum_{name}";
    }

    private string Convolution(string name, string input, int inputs, int outputs, bool active)
    {
        var count = inputs * outputs * 9;
        Layer("Convolution", name, [input], [name], $"0={outputs} 1=3 4=1 5=1 6={count}{(active ? " 9=2 -23310=1,2.000000e-01" : "")}");
        _weights.AddRange(BitConverter.GetBytes(_half ? 0x01306B47 : 0));
        if (_half) Halves($"{name}.weight", count);
        else Singles($"{name}.weight", count);
        Singles($"{name}.bias", outputs);
        return name;
    }

    private void Halves(string name, int count)
    {
        var values = Random(count).Select(value => (Half)value).ToArray();
        Values[name] = [.. values.Select(value => (float)value)];
        foreach (var value in values) _weights.AddRange(BitConverter.GetBytes(value));
        if (count % 2 != 0) _weights.AddRange(new byte[2]);
    }

    private void Singles(string name, int count)
    {
        Values[name] = Random(count);
        foreach (var value in Values[name]) _weights.AddRange(BitConverter.GetBytes(value));
    }

    private float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.NextSingle() - 0.5f)];

    private void Split(string blob, int copies) =>
        Layer("Split", $"split_{blob}", [blob], [.. Enumerable.Range(0, copies).Select(i => $"{blob}_{i}")], "");

    private void Layer(string type, string name, string[] inputs, string[] outputs, string parameters)
    {
        _count++;
        var blobs = string.Join(' ', [.. inputs, .. outputs]);
        _layers.Append($"{type} {name} {inputs.Length} {outputs.Length} {blobs} {parameters}".TrimEnd()).Append('\n');
    }

    private NcnnPair Finish()
    {
        Param = $"7767517\n{_count} 999\n{_layers}";
        Bin = [.. _weights];
        return this;
    }
}
