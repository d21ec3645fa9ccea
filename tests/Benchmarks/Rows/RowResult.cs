namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>What has come of a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Value">Its number, of the medians; null where it could not be measured.</param>
/// <param name="Ours">Our side in words, such as the median and the quartiles of our times.</param>
/// <param name="Peer">The other side in words.</param>
/// <param name="Paired">The same number as the median over runs that followed each other, where there are such pairs.</param>
/// <param name="Missing">Why there is no number.</param>
internal sealed record RowResult(BenchRow Row, double? Value, string Ours, string Peer, double? Paired = null, string? Missing = null)
{
    /// <summary>The row cannot be measured.</summary>
    public static RowResult Without(BenchRow row, string why) => new(row, null, "", "", Missing: why);

    /// <summary>In a word.</summary>
    public string Verdict => Value is not { } value ? "MISSING"
        : Row.IsReachedBy(value) == true ? "reached"
        : Row.IsMetBy(value) switch { true => "met", false => "NOT MET", null => "" };
}
