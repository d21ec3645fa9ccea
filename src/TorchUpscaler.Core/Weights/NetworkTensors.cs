namespace TorchUpscaler.Core;

/// <summary>A tensor that a network needs.</summary>
/// <param name="Name">Its name in the original definition.</param>
/// <param name="Shape">Its dimensions: <c>[out, in, 3, 3]</c> of a convolution's weight, <c>[out]</c> of a bias or of PReLU's slopes.</param>
public sealed record NetworkTensor(string Name, IReadOnlyList<long> Shape);

/// <summary>The tensors that a network of given sizes consists of, in the order in which the network uses them.</summary>
public static class NetworkTensors
{
    private const int DenseBlocks = 3;
    private const int DenseConvolutions = 5;

    /// <summary>Lists the tensors lazily: weight, then bias, of one layer after the other.</summary>
    public static IEnumerable<NetworkTensor> Of(NetworkShape network) => network switch
    {
        RrdbNetShape rrdb => OfRrdbNet(rrdb),
        CompactNetShape compact => OfCompactNet(compact),
        _ => throw new ArgumentException($"unknown network {network}", nameof(network)),
    };

    /// <summary>Number of trained values in the network.</summary>
    public static long CountParameters(NetworkShape network) =>
        Of(network).Sum(tensor => tensor.Shape.Aggregate(1L, (product, side) => checked(product * side)));

    private static IEnumerable<NetworkTensor> OfRrdbNet(RrdbNetShape network)
    {
        long features = network.Features, growth = network.Growth;
        var layers = new List<(string Name, long Out, long In)>
        {
            ("conv_first", features, (long)network.InputChannels * network.Unshuffle * network.Unshuffle),
        };
        foreach (var tensor in Convolutions(layers)) yield return tensor;
        for (var block = 0; block < network.Blocks; block++)
            foreach (var tensor in Convolutions(BlockLayers(block, features, growth))) yield return tensor;
        foreach (var tensor in Convolutions(TailLayers(network))) yield return tensor;
    }

    private static IEnumerable<(string Name, long Out, long In)> BlockLayers(int block, long features, long growth)
    {
        for (var dense = 1; dense <= DenseBlocks; dense++)
        {
            for (var layer = 1; layer <= DenseConvolutions; layer++)
            {
                var output = layer == DenseConvolutions ? features : growth;
                yield return ($"body.{block}.rdb{dense}.conv{layer}", output, features + ((layer - 1) * growth));
            }
        }
    }

    private static IEnumerable<(string Name, long Out, long In)> TailLayers(RrdbNetShape network)
    {
        long features = network.Features;
        yield return ("conv_body", features, features);
        for (var up = 1; up <= network.UpConvolutions; up++) yield return ($"conv_up{up}", features, features);
        yield return ("conv_hr", features, features);
        yield return ("conv_last", network.OutputChannels, features);
    }

    private static IEnumerable<NetworkTensor> OfCompactNet(CompactNetShape network)
    {
        long features = network.Features;
        for (var layer = 0; layer <= network.InnerConvolutions; layer++)
        {
            var input = layer == 0 ? network.InputChannels : features;
            foreach (var tensor in Convolution($"body.{2 * layer}", features, input)) yield return tensor;
            yield return new NetworkTensor($"body.{(2 * layer) + 1}.weight", [features]);
        }
        var last = (long)network.OutputChannels * network.Scale * network.Scale;
        foreach (var tensor in Convolution($"body.{2 * (network.InnerConvolutions + 1)}", last, features)) yield return tensor;
    }

    private static IEnumerable<NetworkTensor> Convolutions(IEnumerable<(string Name, long Out, long In)> layers) =>
        layers.SelectMany(layer => Convolution(layer.Name, layer.Out, layer.In));

    private static IEnumerable<NetworkTensor> Convolution(string name, long output, long input)
    {
        yield return new NetworkTensor($"{name}.weight", [output, input, 3, 3]);
        yield return new NetworkTensor($"{name}.bias", [output]);
    }
}
