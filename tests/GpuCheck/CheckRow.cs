using TorchUpscaler.Core;

namespace TorchUpscaler.GpuCheck;

/// <summary>What has come of a part of the check.</summary>
/// <param name="Part">parity, speed, again, fast, sideways or recovery.</param>
/// <param name="What">Of what: a picture's size.</param>
/// <param name="Precision">What the network computed in.</param>
internal sealed record CheckRow(string Part, string What, Precision Precision)
{
    /// <summary>What may be taken of a card beyond what was planned: the kernels that libraries load, and what lies idle between bands of several sizes.</summary>
    public const long Allowance = 512L << 20;

    /// <summary>The result in words.</summary>
    public string Result { get; init; } = "";

    /// <summary>What it is held to, or beside, in words.</summary>
    public string Beside { get; init; } = "";

    /// <summary>Whether a bar is met; null where there is none.</summary>
    public bool? IsMet { get; init; }

    /// <summary>Seconds of each run, where they were taken.</summary>
    public IReadOnlyList<double> Seconds { get; init; } = [];

    /// <summary>PyTorch's, for the same picture.</summary>
    public IReadOnlyList<double> TorchSeconds { get; init; } = [];

    /// <summary>Megapixels of the picture a second, by the median.</summary>
    public double? MegapixelsPerSecond { get; init; }

    /// <summary>The same of PyTorch.</summary>
    public double? TorchMegapixelsPerSecond { get; init; }

    /// <summary>Bytes of the card that the check had taken by then, beside what CUDA itself takes; libtorch keeps what it has had.</summary>
    public long? CardBytes { get; init; }

    /// <summary>Bytes of the card that the engine had planned to take at most by then, the weights among them; null where that is not held against it.</summary>
    public long? PlannedBytes { get; init; }

    /// <summary>Whether the card's memory was enough as it was planned; null where nobody can tell.</summary>
    public bool? IsWithinPlan => CardBytes is { } taken && PlannedBytes is { } planned ? taken <= planned + Allowance : null;

    /// <summary>How far two results are apart, where they were compared.</summary>
    public Parity? Parity { get; init; }

    /// <summary>What the engine told of meanwhile.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>Why there is no result, or null.</summary>
    public string? Missing { get; init; }

    /// <summary>In a word.</summary>
    public string Verdict => Missing is not null ? "MISSING" : Fails ? "NOT MET" : (IsMet ?? IsWithinPlan) is true ? "met" : "";

    /// <summary>Whether it keeps the check from passing.</summary>
    public bool Fails => Missing is not null || IsMet == false || IsWithinPlan == false;

    /// <summary>What a precision is called.</summary>
    public static string Name(Precision precision) => precision switch { Precision.Float16 => "fp16", Precision.Float32 => "fp32", _ => "auto" };
}
