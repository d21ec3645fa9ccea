namespace TorchUpscaler.Core;

/// <summary>How alpha is enlarged.</summary>
public enum AlphaWay
{
    /// <summary>By the networks, as a grey picture: its edges are as sharp as the colours'.</summary>
    Network,

    /// <summary>By Lanczos, which takes no time.</summary>
    Lanczos,
}

/// <summary>What is made of the networks' result. As it is by default, the result is left as it comes, to the byte.</summary>
public sealed record Taste
{
    /// <summary>The result as it comes.</summary>
    public static Taste Untouched { get; } = new();

    /// <summary>The networks' share in the result; the rest is the picture enlarged by Lanczos.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>Whether the result gets the picture's own low frequencies back.</summary>
    public bool FixesColours { get; init; }

    /// <summary>How alpha is enlarged where it is not opaque.</summary>
    public AlphaWay Alpha { get; init; }
}
