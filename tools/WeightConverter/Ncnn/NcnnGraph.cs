namespace TorchUpscaler.WeightConverter.Ncnn;

/// <summary>Turns an ncnn graph's layers into expressions. A layer or a parameter that is not known here is refused.</summary>
internal sealed class NcnnGraph
{
    private const int LeakyActivation = 2;

    private readonly InputFile _file;
    private readonly Graph _graph;
    private readonly Dictionary<string, int> _blobs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private int _convolutions;
    private int _slopes;

    private NcnnGraph(InputFile file, Graph graph)
    {
        _file = file;
        _graph = graph;
    }

    /// <summary>The number of the graph's result. Convolutions and PReLU layers are counted as they come in the file.</summary>
    internal static int Evaluate(InputFile file, Graph graph, IEnumerable<NcnnLayer> layers)
    {
        var evaluation = new NcnnGraph(file, graph);
        foreach (var layer in layers) evaluation.Apply(layer);
        var results = evaluation._blobs.Keys.Where(blob => !evaluation._used.Contains(blob)).ToList();
        return results.Count == 1
            ? evaluation._blobs[results[0]]
            : throw file.Refused($"has {results.Count} results instead of one; choose a model of the Real-ESRGAN family");
    }

    private void Apply(NcnnLayer layer)
    {
        var inputs = layer.Inputs.Select(blob => Take(layer, blob)).ToArray();
        var value = (layer.Type, inputs) switch
        {
            ("Input", []) => _graph.Input(),
            ("Split", [var x]) => x,
            ("Convolution", [var x]) => Convolution(layer, x),
            ("PReLU", [var x]) => _graph.PRelu(_slopes++, x),
            ("ReLU", [var x]) => _graph.Leaky(x, layer.Number(0, 0)),
            ("Concat", [_, _, ..]) when layer.Whole(0, 0) == 0 => _graph.Concatenation(inputs),
            ("Eltwise", [var a, var b]) when layer.Whole(0, 0) == 1 => WeightedSum(layer, a, b),
            ("BinaryOp", [var a, var b]) when layer.Whole(0, 0) == 0 => _graph.Sum(a, 1, b, 1),
            ("BinaryOp", [var x]) when layer.Whole(0, 0) == 2 && layer.Whole(1, 0) == 1 => _graph.Scaled(x, layer.Number(2, 0)),
            ("Interp", [var x]) when layer.Whole(0, 0) == 1 && layer.Number(1, 1) == layer.Number(2, 1) => _graph.Enlargement(x, layer.Number(1, 1)),
            ("PixelShuffle", [var x]) when layer.Whole(1, 0) == 0 => _graph.PixelShuffle(x, layer.Whole(0, 1)),
            _ => throw Foreign(layer),
        };
        foreach (var blob in layer.Outputs)
            if (!_blobs.TryAdd(blob, value)) throw Damaged($"two layers write '{blob}'");
    }

    private int Take(NcnnLayer layer, string blob)
    {
        // Each blob is read once; a Split makes copies where several layers need one.
        if (!_blobs.TryGetValue(blob, out var value))
            throw Damaged($"layer '{layer.Name}' reads '{blob}', which no layer before it writes");
        _used.Add(blob);
        return value;
    }

    private int Convolution(NcnnLayer layer, int value)
    {
        int across = layer.Whole(1, 0), down = layer.Whole(11, across);
        if ((across, down) != (3, 3))
            throw _file.Refused($"has the layer '{layer.Name}' (Convolution) with a kernel of {across}×{down} where RRDBNet and SRVGGNetCompact have 3×3"
                + "; choose a model of the Real-ESRGAN family");
        if (!HasOnlyKnown(layer)) throw Foreign(layer);
        var result = _graph.Convolution(_convolutions++, value);
        return layer.Whole(9, 0) switch
        {
            0 => result,
            LeakyActivation when layer.Array(10) is [var slope] => _graph.Leaky(result, slope),
            _ => throw Foreign(layer),
        };
    }

    /// <summary>Step 1, padded by 1, with bias; sides that are not given equal the others.</summary>
    private static bool HasOnlyKnown(NcnnLayer layer)
    {
        int[] known = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16];
        return layer.Parameters.Keys.All(known.Contains)
            && layer.Whole(2, 1) == 1 && layer.Whole(12, 1) == 1
            && layer.Whole(3, 1) == 1 && layer.Whole(13, 1) == 1
            && layer.Whole(4, 0) == 1 && layer.Whole(14, 1) == 1 && layer.Whole(15, 1) == 1 && layer.Whole(16, 1) == 1
            && layer.Whole(5, 0) == 1;
    }

    private int WeightedSum(NcnnLayer layer, int a, int b) => layer.Array(1) switch
    {
        [] => _graph.Sum(a, 1, b, 1),
        [var factorA, var factorB] => _graph.Sum(a, factorA, b, factorB),
        _ => throw Foreign(layer),
    };

    private Core.WeightsException Foreign(NcnnLayer layer) => _file.Refused(
        $"has the layer '{layer.Name}' ({layer.Type}), which RRDBNet and SRVGGNetCompact do not have in this form"
            + "; choose a model of the Real-ESRGAN family");

    private Core.WeightsException Damaged(string fault) => _file.Refused($"is damaged: {fault}; download it again");
}
