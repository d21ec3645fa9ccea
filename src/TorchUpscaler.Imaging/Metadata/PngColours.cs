using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>
/// What a PNG without a profile says of its colours by <c>cICP</c>, <c>sRGB</c>, <c>gAMA</c> and <c>cHRM</c> (PNG, third edition, 4.3 and
/// 11.3.2), of which libvips reads none: a profile of it, so that the colours are carried like any others'.
/// </summary>
internal static class PngColours
{
    private const int SignatureBytes = 8, MostChunks = 1000;
    private const double FileUnit = 100_000, UsualGamma = 1 / 2.2, GammaTolerance = 0.05, ChromaticityTolerance = 0.005;
    private const double LeastGamma = 0.1, MostGamma = 10; // of what a file says; beyond, it is a lie

    // White, red, green and blue as x and y (ITU-T H.273, table 2).
    private static readonly double[] s_srgb = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06];
    private static readonly double[] s_rec2020 = [0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046];
    private static readonly double[] s_displayP3 = [0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060];

    /// <summary>The profile, or null where the colours are sRGB's or the file says nothing that is understood.</summary>
    internal static byte[]? Profile(string path, bool isGrey)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Profile(file, isGrey);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the decoder says what is wrong
        }
    }

    private static byte[]? Profile(FileStream file, bool isGrey)
    {
        var (primaries, curve) = (s_srgb, IccCurve.Srgb);
        var isSrgb = false;
        Span<byte> head = stackalloc byte[8]; // length and type
        Span<byte> data = stackalloc byte[33]; // one more than the longest that is understood
        file.Position = SignatureBytes;
        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            file.ReadExactly(head);
            var next = file.Position + BinaryPrimitives.ReadUInt32BigEndian(head) + 4L; // and its CRC
            if (head[4..].SequenceEqual("IDAT"u8)) break;
            var body = data[..(int)Math.Min(next - 4 - file.Position, data.Length)];
            file.ReadExactly(body);
            if (head[4..].SequenceEqual("cICP"u8) && FromCicp(body) is { } told) return Written(told.Primaries, told.Curve, isGrey);
            if (head[4..].SequenceEqual("sRGB"u8)) isSrgb = true;
            if (head[4..].SequenceEqual("gAMA"u8)) curve = FromGama(body) ?? curve;
            if (head[4..].SequenceEqual("cHRM"u8)) primaries = FromChrm(body) ?? primaries;
            file.Position = next;
        }
        return isSrgb ? null : Written(primaries, curve, isGrey);
    }

    // Null where it is what is taken for granted anyway.
    private static byte[]? Written(double[] primaries, IccCurve curve, bool isGrey)
    {
        var isUsual = curve == IccCurve.Srgb || (curve.IsPower && Math.Abs((curve.Gamma * UsualGamma) - 1) <= GammaTolerance);
        if (isGrey) return isUsual ? null : MatrixProfile.OfGrey(curve);
        return isUsual && primaries == s_srgb ? null : MatrixProfile.OfRgb(primaries, curve);
    }

    // Primaries, transfer, matrix and range. Those of high dynamic range have no like among profiles.
    private static (double[] Primaries, IccCurve Curve)? FromCicp(ReadOnlySpan<byte> body)
    {
        if (body.Length != 4 || body[2] != 0 || body[3] != 1) return null;
        var primaries = body[0] switch { 1 => s_srgb, 9 => s_rec2020, 12 => s_displayP3, _ => null };
        var curve = body[1] switch
        {
            1 or 6 or 14 or 15 => IccCurve.Rec709,
            4 => IccCurve.Power(2.2),
            8 => IccCurve.Power(1),
            13 => IccCurve.Srgb,
            _ => null,
        };
        return primaries is not null && curve is not null ? (primaries, curve) : null;
    }

    private static IccCurve? FromGama(ReadOnlySpan<byte> body)
    {
        if (body.Length != 4) return null;
        var gamma = FileUnit / BinaryPrimitives.ReadUInt32BigEndian(body);
        return gamma is >= LeastGamma and <= MostGamma ? IccCurve.Power(gamma) : null;
    }

    private static double[]? FromChrm(ReadOnlySpan<byte> body)
    {
        if (body.Length != s_srgb.Length * 4) return null;
        var told = new double[s_srgb.Length];
        for (var i = 0; i < told.Length; i++) told[i] = BinaryPrimitives.ReadUInt32BigEndian(body[(i * 4)..]) / FileUnit;
        if (told.Zip(s_srgb).All(pair => Math.Abs(pair.First - pair.Second) <= ChromaticityTolerance)) return s_srgb;
        return MatrixProfile.CanHave(told) ? told : null;
    }
}
