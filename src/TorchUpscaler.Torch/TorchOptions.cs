using TorchUpscaler.Core;

namespace TorchUpscaler.Torch;

/// <summary>How the Torch engine works.</summary>
public sealed record TorchOptions
{
    /// <summary>Where it computes.</summary>
    public TorchDevice Device { get; init; } = TorchDevice.Cpu;

    /// <summary>Bytes of a card's memory that all runs together may take; null: nine tenths of what is free when the engine is opened.</summary>
    public long? CardBytes { get; init; }

    /// <summary>Opens the engine that makes the pictures for which a card has too little memory; null: they are refused.</summary>
    public Func<IUpscaleEngine>? Fallback { get; init; }

    /// <summary>Is told in a sentence of what the operator may want to know: smaller bands, single precision, another engine.</summary>
    public Action<string> Notice { get; init; } = static _ => { };
}
