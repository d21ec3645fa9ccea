namespace TorchUpscaler.Core.Tests;

public sealed class NetworkCostTests
{
    public static TheoryData<NetworkShape> Networks =>
    [
        new RrdbNetShape(1, 3, 3, 64, 23, 32),
        new RrdbNetShape(2, 3, 3, 64, 23, 32),
        new RrdbNetShape(4, 3, 3, 64, 23, 32),
        new RrdbNetShape(8, 1, 1, 24, 2, 7),
        new CompactNetShape(4, 3, 3, 64, 32),
        new CompactNetShape(3, 1, 1, 9, 0),
    ];

    // Each weight is used once for each pixel of its layer; the layers behind a doubling are known by their names.
    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_weight_counts_once_for_each_pixel_of_its_layer(NetworkShape network)
    {
        var tensors = NetworkTensors.Of(network).Where(tensor => tensor.Shape.Count == 4);
        var expected = tensors.Sum(tensor => tensor.Shape.Aggregate(1.0, (product, side) => product * side) * Area(network, tensor.Name));

        Assert.Equal(expected, NetworkCost.PerPixel(network), expected * 1e-12);
    }

    [Fact]
    public void The_published_networks_cost_what_was_measured() =>
        Assert.Equal(17.9, NetworkCost.PerPixel(new RrdbNetShape(4, 3, 3, 64, 23, 32)) / 1e6, 0.1);

    private static double Area(NetworkShape network, string name)
    {
        if (network is not RrdbNetShape rrdb) return 1;
        var trunk = rrdb.Scale switch { 1 => 1 / 16.0, 2 => 1 / 4.0, _ => 1 };
        return name switch
        {
            "conv_up1.weight" => 4 * trunk,
            "conv_up2.weight" => 16 * trunk,
            "conv_up3.weight" => 64 * trunk,
            "conv_hr.weight" or "conv_last.weight" => rrdb.Scale * rrdb.Scale, // at the size of the result
            _ => trunk,
        };
    }
}
