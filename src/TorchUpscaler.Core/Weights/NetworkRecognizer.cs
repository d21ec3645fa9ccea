using System.Globalization;

namespace TorchUpscaler.Core;

/// <summary>
/// Tells from names and shapes which network a set of tensors makes up. Sizes are read from a few tensors; then every
/// tensor that a network of these sizes needs must be there in its exact shape, and no other.
/// </summary>
public static class NetworkRecognizer
{
    /// <summary>Above any network of the family, and small enough that products of two sizes stay far from overflow.</summary>
    private const int MaximumSize = 1 << 16;

    private const int MaximumCompactScale = 8;

    /// <summary>Recognises the network.</summary>
    /// <param name="source">The file's name for messages.</param>
    /// <param name="shapes">The tensors' shapes by name.</param>
    /// <exception cref="WeightsException">No known network, or a tensor is missing, misshapen or too many; the message names it.</exception>
    public static NetworkShape Recognize(string source, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        var tensors = new Tensors(source, shapes);
        NetworkShape network =
            shapes.ContainsKey("conv_first.weight") ? ReadRrdbNet(tensors)
            : shapes.ContainsKey("body.0.weight") ? ReadCompactNet(tensors)
            : throw tensors.Refused($"it is of no known network: neither 'conv_first.weight' (RRDBNet) nor 'body.0.weight' (SRVGGNetCompact) is there{tensors.Example()}");
        RequireExactly(network, tensors);
        return network;
    }

    private static RrdbNetShape ReadRrdbNet(Tensors tensors)
    {
        var first = tensors.Convolution("conv_first.weight");
        var output = tensors.Convolution("conv_last.weight").Out;
        var growth = tensors.Convolution("body.0.rdb1.conv1.weight").Out;
        var hasThirdUp = tensors.Has("conv_up3.weight");
        var (scale, unshuffle) = ((double)first.In / output, hasThirdUp) switch
        {
            (1, false) => (4, 1),
            (1, true) => (8, 1),
            (4, false) => (2, 2),
            (16, false) => (1, 4),
            (4 or 16, true) => throw tensors.Refused($"'conv_up3.weight' belongs to ×8, and 'conv_first.weight' with {first.In} input channels to a smaller scale"),
            _ => throw tensors.Refused($"'conv_first.weight' has {first.In} input channels and 'conv_last.weight' {output} output channels"
                + "; known are 1, 4 and 16 times as many"),
        };
        return new RrdbNetShape(scale, first.In / (unshuffle * unshuffle), output, first.Out, tensors.CountBlocks(), growth);
    }

    private static CompactNetShape ReadCompactNet(Tensors tensors)
    {
        var first = tensors.Convolution("body.0.weight");
        var last = tensors.CountBlocks() - 1;
        if (last < 2 || last % 2 != 0)
            throw tensors.Refused($"its last layer is 'body.{last}', and SRVGGNetCompact ends with a convolution at an even number from 2 up");
        var name = $"body.{last}.weight";
        var output = tensors.Convolution(name).Out;
        var scale = (int)Math.Round(Math.Sqrt((double)output / first.In));
        if (scale is < 1 or > MaximumCompactScale || first.In * scale * scale != output)
            throw tensors.Refused($"'{name}' has {output} output channels, which is not {first.In} input channels times the square of a scale from 1 to {MaximumCompactScale}");
        return new CompactNetShape(scale, first.In, first.In, first.Out, (last / 2) - 1);
    }

    private static void RequireExactly(NetworkShape network, Tensors tensors)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in NetworkTensors.Of(network))
        {
            var found = tensors.Shape(tensor.Name);
            if (tensor.Shape.Count == 4 && found.Count == 4 && found is not [_, _, 3, 3]) throw tensors.NoConvolution(tensor.Name);
            if (!found.SequenceEqual(tensor.Shape))
                throw tensors.Refused($"tensor '{tensor.Name}' has the shape {TensorInfo.FormatShape(found)} where {network.Kind} needs {TensorInfo.FormatShape(tensor.Shape)}");
            needed.Add(tensor.Name);
        }
        var extra = tensors.Names.Where(name => !needed.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw tensors.Refused($"tensor '{extra}' is no part of {network.Kind}");
    }

    /// <summary>The tensors' shapes, with the file's name for messages.</summary>
    private sealed class Tensors(string source, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes)
    {
        internal IEnumerable<string> Names => shapes.Keys;

        internal bool Has(string name) => shapes.ContainsKey(name);

        internal IReadOnlyList<long> Shape(string name) =>
            shapes.TryGetValue(name, out var shape) ? shape : throw Refused($"tensor '{name}' is missing");

        /// <summary>Output and input channels of a 3×3 convolution.</summary>
        internal (int Out, int In) Convolution(string name)
        {
            var shape = Shape(name);
            var fits = shape is [>= 1 and <= MaximumSize, >= 1 and <= MaximumSize, 3, 3];
            return fits
                ? ((int)shape[0], (int)shape[1])
                : throw NoConvolution(name);
        }

        internal WeightsException NoConvolution(string name) =>
            Refused($"tensor '{name}' has the shape {TensorInfo.FormatShape(Shape(name))}, which is not that of a 3×3 convolution");

        /// <summary>One more than the largest N of the names <c>body.N.…</c>.</summary>
        internal int CountBlocks() => Names
            .Where(name => name.StartsWith("body.", StringComparison.Ordinal))
            .Select(name => name.Split('.', 3)[1])
            .Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n < MaximumSize ? n + 1 : 0)
            .DefaultIfEmpty()
            .Max();

        internal string Example()
        {
            var names = Names.Order(StringComparer.Ordinal).Take(3).ToList();
            return names.Count == 0 ? "; it has no tensors at all" : $"; its tensors are '{string.Join("', '", names)}' …";
        }

        internal WeightsException Refused(string fault) =>
            new($"{source} cannot be used: {fault}; choose a model of the Real-ESRGAN family, or convert it again from its original file");
    }
}
