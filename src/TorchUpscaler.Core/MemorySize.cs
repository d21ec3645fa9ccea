using System.Globalization;

namespace TorchUpscaler.Core;

/// <summary>Amounts of memory as people write them: <c>2GB</c>, <c>512MB</c>, <c>1.5g</c> or a plain number of bytes.</summary>
public static class MemorySize
{
    private const double Mega = 1 << 20;
    private const double Giga = 1 << 30;

    /// <summary>Formats rounded up to a whole MB, so that the printed amount is always enough.</summary>
    public static string Format(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / Mega):0}MB");

    /// <summary>Parses an amount in bytes, or with the suffix K, M or G (optionally followed by B or iB; powers of 1024).</summary>
    /// <exception cref="FormatException">The text is not an amount, or not positive.</exception>
    public static long Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var number = text.Trim().ToUpperInvariant();
        if (number.EndsWith("IB", StringComparison.Ordinal)) number = number[..^2];
        else if (number.EndsWith('B')) number = number[..^1];
        var unit = number.Length == 0 ? 1.0 : number[^1] switch { 'K' => 1024.0, 'M' => Mega, 'G' => Giga, _ => 1.0 };
        if (unit > 1) number = number[..^1];

        var parsed = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        var bytes = value * unit;
        if (!parsed || !(bytes >= 1) || bytes > long.MaxValue / 2)
            throw new FormatException($"'{text}' is not an amount of memory; write for example 2GB or 512MB");
        return (long)bytes;
    }

    /// <summary>The budget where none is given: half of the machine's memory, at most 4 GB.</summary>
    public static long DefaultBudget() =>
        Math.Min(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, 4L << 30);
}
