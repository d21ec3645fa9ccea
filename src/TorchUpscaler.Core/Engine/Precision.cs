namespace TorchUpscaler.Core;

/// <summary>What a network computes in. An engine that has one kind only computes in that.</summary>
public enum Precision
{
    /// <summary>The engine's own choice: half precision on a graphics card that is made for it, else single precision.</summary>
    Auto,

    /// <summary>Single precision, fp32: exact to a grey level.</summary>
    Float32,

    /// <summary>Half precision, fp16: within 3 grey levels, in half of the memory.</summary>
    Float16,
}
