namespace TorchUpscaler.Core;

/// <summary>Element types that the safetensors format knows. Their values can be read as floats where <see cref="TensorInfo.IsReadable"/>.</summary>
public enum TensorType
{
    /// <summary>Truth values, a byte each.</summary>
    Bool,

    /// <summary>4-bit floating point (MXFP4).</summary>
    F4,

    /// <summary>6-bit floating point, 2 bits of exponent.</summary>
    F6E2M3,

    /// <summary>6-bit floating point, 3 bits of exponent.</summary>
    F6E3M2,

    /// <summary>8-bit unsigned.</summary>
    U8,

    /// <summary>8-bit signed.</summary>
    I8,

    /// <summary>8-bit floating point, 5 bits of exponent.</summary>
    F8E5M2,

    /// <summary>8-bit floating point, 4 bits of exponent.</summary>
    F8E4M3,

    /// <summary>8-bit floating point, exponent only.</summary>
    F8E8M0,

    /// <summary>16-bit signed.</summary>
    I16,

    /// <summary>16-bit unsigned.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of a 32-bit float.</summary>
    BF16,

    /// <summary>32-bit signed.</summary>
    I32,

    /// <summary>32-bit unsigned.</summary>
    U32,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>Complex numbers of two 32-bit floats.</summary>
    C64,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>64-bit signed.</summary>
    I64,

    /// <summary>64-bit unsigned.</summary>
    U64,
}

/// <summary>A tensor as a safetensors header describes it.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, slowest first; empty for a single number.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record TensorInfo(string Name, TensorType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, side) => checked(product * side));

    /// <summary>Whether <see cref="SafetensorsFile.Read"/> can turn the values into 32-bit floats without loss.</summary>
    public bool IsReadable => Type is TensorType.F32 or TensorType.F16 or TensorType.BF16;

    /// <summary>An element type as the format names it, for example <c>F8_E5M2</c>.</summary>
    public static string FormatType(TensorType type) => SafetensorsTypes.Format(type);

    /// <summary>The shape as people write it: <c>[64, 3, 3, 3]</c>.</summary>
    public static string FormatShape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
