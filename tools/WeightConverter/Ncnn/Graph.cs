using System.Globalization;

namespace TorchUpscaler.WeightConverter.Ncnn;

/// <summary>
/// Computations written as expressions: the same computation on the same values always has the same number. So two graphs
/// compute the same exactly when their results have the same number, whatever their layers are called.
/// </summary>
internal sealed class Graph
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (double Factor, int Value)> _scaled = [];

    /// <summary>The picture that goes in.</summary>
    internal int Input() => Number("input");

    /// <summary>A 3×3 convolution with the weights that stand at a place among all convolutions.</summary>
    internal int Convolution(int place, int value) => Number($"convolution {place} {value}");

    /// <summary>LeakyReLU.</summary>
    internal int Leaky(int value, double slope) => Number($"leaky {Text(slope)} {value}");

    /// <summary>PReLU with the slopes that stand at a place among all PReLU layers.</summary>
    internal int PRelu(int place, int value) => Number($"prelu {place} {value}");

    /// <summary>Channels side by side.</summary>
    internal int Concatenation(IEnumerable<int> values) => Number($"concatenation {string.Join(' ', values)}");

    /// <summary>Nearest-neighbour enlargement.</summary>
    internal int Enlargement(int value, double factor) => Number($"enlargement {Text(factor)} {value}");

    /// <summary>Pixel-shuffle.</summary>
    internal int PixelShuffle(int value, int factor) => Number($"shuffle {factor} {value}");

    /// <summary>A value times a number.</summary>
    internal int Scaled(int value, double factor)
    {
        if (factor == 1) return value;
        var number = Number($"scaled {Text(factor)} {value}");
        _scaled[number] = (factor, value);
        return number;
    }

    /// <summary>The sum of two values in either order, each times a number.</summary>
    internal int Sum(int a, double factorA, int b, double factorB)
    {
        var terms = new[] { Term(a, factorA), Term(b, factorB) };
        return Number($"sum {string.Join(' ', terms.Order(StringComparer.Ordinal))}");
    }

    private string Term(int value, double factor)
    {
        if (_scaled.TryGetValue(value, out var scaled)) (factor, value) = (factor * scaled.Factor, scaled.Value);
        return $"{Text(factor)}*{value}";
    }

    private int Number(string expression)
    {
        if (!_numbers.TryGetValue(expression, out var number)) _numbers[expression] = number = _numbers.Count;
        return number;
    }

    private static string Text(double number) => ((float)number).ToString("R", CultureInfo.InvariantCulture);
}
