using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Torch;

/// <summary>Where the Torch engine computes.</summary>
/// <param name="IsCuda">On a graphics card; else on the processor.</param>
/// <param name="Index">The card's number.</param>
public readonly record struct TorchDevice(bool IsCuda, int Index = 0)
{
    private const int MostCards = 64;

    /// <summary>The processor.</summary>
    public static TorchDevice Cpu { get; } = new(IsCuda: false);

    /// <summary>Reads a device's name as PyTorch writes it: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says what to write.</exception>
    public static TorchDevice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "cpu") return Cpu;
        if (text == "cuda") return new TorchDevice(IsCuda: true);
        const string Numbered = "cuda:";
        if (text.StartsWith(Numbered, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Numbered.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MostCards)
            return new TorchDevice(IsCuda: true, index);
        throw new FormatException($"'{Display.Text(text)}' is no device; write auto, cpu, cuda:0 or another card's number");
    }

    /// <summary>The name as PyTorch writes it.</summary>
    public override string ToString() => IsCuda ? string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}") : "cpu";
}
