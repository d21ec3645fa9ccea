namespace TorchUpscaler.WeightConverter.Ncnn;

/// <summary>The networks as expressions, from their definitions, and their layers' names in the order of the convolutions.</summary>
internal static class KnownGraphs
{
    private const double Slope = 0.2;
    private const double ResidualScale = 0.2;

    /// <summary>RRDBNet with plain nearest ×2 enlargements in the tail.</summary>
    internal static (int Result, List<string> Convolutions) RrdbNet(Graph graph, int blocks, int enlargements)
    {
        var names = new List<string>();
        int Convolve(string name, int value)
        {
            names.Add(name);
            return graph.Convolution(names.Count - 1, value);
        }

        var first = Convolve("conv_first", graph.Input());
        var trunk = first;
        for (var block = 0; block < blocks; block++)
        {
            var inner = trunk;
            for (var dense = 1; dense <= 3; dense++) inner = DenseBlock(graph, Convolve, $"body.{block}.rdb{dense}", inner);
            trunk = graph.Sum(inner, ResidualScale, trunk, 1);
        }
        var value = graph.Sum(first, 1, Convolve("conv_body", trunk), 1);
        for (var up = 1; up <= enlargements; up++) value = graph.Leaky(Convolve($"conv_up{up}", graph.Enlargement(value, 2)), Slope);
        value = graph.Leaky(Convolve("conv_hr", value), Slope);
        return (Convolve("conv_last", value), names);
    }

    /// <summary>SRVGGNetCompact; its PReLU layers come in order, one after each convolution but the last.</summary>
    internal static (int Result, List<string> Convolutions) CompactNet(Graph graph, int inner, int scale)
    {
        var input = graph.Input();
        var value = input;
        for (var place = 0; place <= inner; place++) value = graph.PRelu(place, graph.Convolution(place, value));
        value = graph.PixelShuffle(graph.Convolution(inner + 1, value), scale);
        var result = graph.Sum(value, 1, graph.Enlargement(input, scale), 1);
        return (result, [.. Enumerable.Range(0, inner + 2).Select(place => $"body.{2 * place}")]);
    }

    private static int DenseBlock(Graph graph, Func<string, int, int> convolve, string name, int input)
    {
        var features = new List<int> { input };
        for (var layer = 1; layer <= 4; layer++)
        {
            var joined = features.Count == 1 ? input : graph.Concatenation(features);
            features.Add(graph.Leaky(convolve($"{name}.conv{layer}", joined), Slope));
        }
        return graph.Sum(convolve($"{name}.conv5", graph.Concatenation(features)), ResidualScale, input, 1);
    }
}
