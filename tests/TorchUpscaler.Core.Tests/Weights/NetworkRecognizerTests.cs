using Shapes = System.Collections.Generic.Dictionary<string, System.Collections.Generic.IReadOnlyList<long>>;

namespace TorchUpscaler.Core.Tests;

public sealed class NetworkRecognizerTests
{
    public static TheoryData<NetworkShape> Networks =>
    [
        new RrdbNetShape(1, 3, 3, 64, 23, 32),
        new RrdbNetShape(2, 3, 3, 64, 23, 32),
        new RrdbNetShape(4, 3, 3, 64, 23, 32),
        new RrdbNetShape(8, 3, 3, 64, 23, 32),
        new RrdbNetShape(4, 3, 3, 64, 6, 32),
        new RrdbNetShape(2, 1, 1, 5, 1, 7),
        new RrdbNetShape(8, 4, 4, 1, 2, 1),
        new CompactNetShape(4, 3, 3, 64, 32),
        new CompactNetShape(1, 3, 3, 8, 0),
        new CompactNetShape(2, 1, 1, 24, 8),
    ];

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_is_recognised_by_its_own_tensors(NetworkShape network) =>
        Assert.Equal(network, NetworkRecognizer.Recognize("m", ShapesOf(network)));

    [Theory]
    [InlineData(4, 23, 16_697_987)] // Real-ESRGAN x4plus as PyTorch counts it
    [InlineData(2, 23, 16_703_171)]
    [InlineData(8, 23, 16_734_915)]
    [InlineData(4, 6, 4_467_779)]
    public void Parameters_of_the_published_networks_are_counted(int scale, int blocks, long parameters) =>
        Assert.Equal(parameters, NetworkTensors.CountParameters(new RrdbNetShape(scale, 3, 3, 64, blocks, 32)));

    [Fact]
    public void Parameters_of_the_published_compact_network_are_counted() =>
        Assert.Equal(1_213_296, NetworkTensors.CountParameters(new CompactNetShape(4, 3, 3, 64, 32)));

    [Fact]
    public void The_layers_of_RRDBNet_are_named_as_in_the_original_definition()
    {
        var names = NetworkTensors.Of(new RrdbNetShape(8, 3, 3, 4, 2, 2)).Select(tensor => tensor.Name).ToList();
        Assert.Equal(["conv_first.weight", "conv_first.bias", "body.0.rdb1.conv1.weight"], names[..3]);
        Assert.Equal("body.1.rdb3.conv5.bias", names[61]);
        Assert.Equal(
            ["conv_body", "conv_up1", "conv_up2", "conv_up3", "conv_hr", "conv_last"],
            names[62..].Where(name => name.EndsWith(".weight", StringComparison.Ordinal)).Select(name => name[..^7]));
    }

    public static TheoryData<string, string, long[]?, string> Faults => new()
    {
        { "rrdb", "conv_last.weight", null, "tensor 'conv_last.weight' is missing" },
        { "rrdb", "body.1.rdb2.conv4.bias", null, "tensor 'body.1.rdb2.conv4.bias' is missing" },
        { "rrdb", "conv_first.weight", [4, 3, 1, 1], "tensor 'conv_first.weight' has the shape [4, 3, 1, 1], which is not that of a 3×3 convolution" },
        { "rrdb", "conv_first.weight", [4, 99999999, 3, 3], "tensor 'conv_first.weight' has the shape [4, 99999999, 3, 3], which is not that of a 3×3 convolution" },
        { "rrdb", "conv_first.weight", [4, 5, 3, 3], "'conv_first.weight' has 5 input channels and 'conv_last.weight' 3 output channels; known are 1, 4 and 16 times as many" },
        { "rrdb", "conv_up3.weight", [4, 4, 3, 3], "tensor 'conv_up3.bias' is missing" },
        { "rrdb", "body.0.rdb3.conv2.weight", [2, 6, 3], "tensor 'body.0.rdb3.conv2.weight' has the shape [2, 6, 3] where RRDBNet needs [2, 6, 3, 3]" },
        { "rrdb", "body.1.rdb1.conv5.weight", [4, 11, 3, 3], "tensor 'body.1.rdb1.conv5.weight' has the shape [4, 11, 3, 3] where RRDBNet needs [4, 12, 3, 3]" },
        { "rrdb", "body.3.rdb1.conv1.weight", [2, 4, 3, 3], "tensor 'body.2.rdb1.conv1.weight' is missing" },
        { "rrdb", "body.70000.x", [1], "tensor 'body.70000.x' is no part of RRDBNet" },
        { "rrdb", "step", [], "tensor 'step' is no part of RRDBNet" },
        { "x2", "conv_up3.weight", [4, 4, 3, 3], "'conv_up3.weight' belongs to ×8, and 'conv_first.weight' with 12 input channels to a smaller scale" },
        { "compact", "body.3.weight", null, "tensor 'body.3.weight' is missing" },
        { "compact", "body.3.weight", [1], "tensor 'body.3.weight' has the shape [1] where SRVGGNetCompact needs [8]" },
        { "compact", "body.7.weight", [8], "its last layer is 'body.7', and SRVGGNetCompact ends with a convolution at an even number from 2 up" },
        { "compact", "body.6.weight", [13, 8, 3, 3], "'body.6.weight' has 13 output channels, which is not 3 input channels times the square of a scale from 1 to 8" },
        { "none", "model.0.weight", [1], "it is of no known network: neither 'conv_first.weight' (RRDBNet) nor 'body.0.weight' (SRVGGNetCompact) is there; its tensors are 'model.0.weight' …" },
        { "none", "x", null, "it is of no known network: neither 'conv_first.weight' (RRDBNet) nor 'body.0.weight' (SRVGGNetCompact) is there; it has no tensors at all" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Every_fault_is_named_with_its_key(string network, string key, long[]? shape, string fault)
    {
        var shapes = network switch
        {
            "rrdb" => ShapesOf(new RrdbNetShape(4, 3, 3, 4, 2, 2)),
            "x2" => ShapesOf(new RrdbNetShape(2, 3, 3, 4, 2, 2)),
            "compact" => ShapesOf(new CompactNetShape(2, 3, 3, 8, 2)),
            _ => [],
        };
        shapes.Remove(key);
        if (shape is not null) shapes[key] = shape;

        Assert.Equal(
            $"m cannot be used: {fault}; choose a model of the Real-ESRGAN family, or convert it again from its original file",
            Assert.Throws<WeightsException>(() => NetworkRecognizer.Recognize("m", shapes)).Message);
    }

    private static Shapes ShapesOf(NetworkShape network) =>
        NetworkTensors.Of(network).ToDictionary(tensor => tensor.Name, tensor => tensor.Shape);
}
