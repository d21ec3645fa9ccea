namespace TorchUpscaler.Imaging.Metadata;

/// <summary>One entry of a TIFF directory (TIFF 6.0, 2; BigTIFF).</summary>
/// <param name="Tag">What it says.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Count">How many values.</param>
/// <param name="Data">The values, little-endian.</param>
internal sealed record TiffTag(ushort Tag, ushort Type, long Count, byte[] Data)
{
    internal const ushort ShortType = 3, LongType = 4, RationalType = 5, UndefinedType = 7, LongLongType = 16;

    /// <summary>Bytes of a value of a type; 0 for a type that there is not.</summary>
    internal static int TypeBytes(ushort type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };

    /// <summary>Bytes that change places between the two byte orders: of a fraction, each of its halves.</summary>
    internal static int WordBytes(ushort type) => type is 5 or 10 ? 4 : TypeBytes(type);
}
