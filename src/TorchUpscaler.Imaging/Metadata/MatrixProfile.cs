using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>How stored numbers become light, as ICC's parametric curve has it (ICC.1:2022, 10.18): (A·x + B)^Gamma from D on, C·x below.</summary>
internal sealed record IccCurve(double Gamma, double A, double B, double C, double D)
{
    /// <summary>That of sRGB (IEC 61966-2-1).</summary>
    internal static readonly IccCurve Srgb = new(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045);

    /// <summary>That of ITU-R BT.709 and BT.2020.</summary>
    internal static readonly IccCurve Rec709 = new(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081);

    /// <summary>A power alone.</summary>
    internal static IccCurve Power(double gamma) => new(gamma, 1, 0, 0, 0);

    /// <summary>Whether it is a power alone.</summary>
    internal bool IsPower => A == 1 && B == 0;
}

/// <summary>Profiles of primaries and a curve (ICC.1:2022, 8.3 and 8.4), written from numbers.</summary>
internal static class MatrixProfile
{
    private const int HeaderBytes = 128;
    private const double LeastArea = 0.01; // of the triangle of primaries, twice; less is no space of colours
    private const double LeastWhite = 0.1; // its y; less is no white

    private static readonly double[] s_d50 = [0.9642, 1, 0.8249];

    // Bradford's, by which profiles adapt white (ICC.1:2022, annex E).
    private static readonly double[,] s_bradford = { { 0.8951, 0.2664, -0.1614 }, { -0.7502, 1.7135, 0.0367 }, { 0.0389, -0.0685, 1.0296 } };

    /// <summary>Whether these primaries span a triangle with white within it.</summary>
    /// <param name="xy">White, red, green and blue as x and y.</param>
    internal static bool CanHave(double[] xy)
    {
        if (xy.Any(value => value is < 0 or > 1) || xy[1] < LeastWhite) return false;
        double Side(int from, int to, int point) =>
            ((xy[2 * to] - xy[2 * from]) * (xy[(2 * point) + 1] - xy[(2 * from) + 1])) - ((xy[(2 * to) + 1] - xy[(2 * from) + 1]) * (xy[2 * point] - xy[2 * from]));
        return Side(1, 2, 3) > LeastArea && Side(1, 2, 0) > 0 && Side(2, 3, 0) > 0 && Side(3, 1, 0) > 0;
    }

    /// <summary>A profile for RGB.</summary>
    /// <param name="xy">White, red, green and blue as x and y, of which <see cref="CanHave"/> is true.</param>
    /// <param name="curve">All channels' curve.</param>
    internal static byte[] OfRgb(double[] xy, IccCurve curve)
    {
        var white = new[] { xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1] };
        var primaries = new double[3, 3]; // a column each
        for (var i = 0; i < 3; i++)
            (primaries[0, i], primaries[1, i], primaries[2, i]) = (xy[(2 * i) + 2], xy[(2 * i) + 3], 1 - xy[(2 * i) + 2] - xy[(2 * i) + 3]);
        var shares = Times(Inverse(primaries), white);
        var adaption = Adaption(white);
        byte[] Primary(int i) => Xyz(Times(adaption, [primaries[0, i] * shares[i], primaries[1, i] * shares[i], primaries[2, i] * shares[i]]));
        var parametric = Parametric(curve);
        return Profile("RGB "u8, ("rXYZ", Primary(0)), ("gXYZ", Primary(1)), ("bXYZ", Primary(2)),
            ("rTRC", parametric), ("gTRC", parametric), ("bTRC", parametric), ("chad", [.. "sf32\0\0\0\0"u8, .. Numbers([.. adaption.Cast<double>()])]));
    }

    /// <summary>A profile for grey.</summary>
    internal static byte[] OfGrey(IccCurve curve) => Profile("GRAY"u8, ("kTRC", Parametric(curve)));

    private static byte[] Profile(ReadOnlySpan<byte> colours, params (string Name, byte[] Value)[] own)
    {
        (string Name, byte[] Value)[] tags = [("desc", Text("As the picture's PNG said")), ("cprt", Text("No copyright")), ("wtpt", Xyz(s_d50)), .. own];
        var table = HeaderBytes + 4 + (tags.Length * 12);
        var profile = new byte[table + tags.Sum(tag => tag.Value.Length)];
        Put(profile, 0, profile.Length);
        Put(profile, 8, 0x04300000); // version 4.3
        "mntr"u8.CopyTo(profile.AsSpan(12));
        colours.CopyTo(profile.AsSpan(16));
        "XYZ "u8.CopyTo(profile.AsSpan(20));
        new byte[] { 0x07, 0xE8, 0, 1, 0, 1 }.CopyTo(profile, 24); // the same date always, so that results are the same
        "acsp"u8.CopyTo(profile.AsSpan(36));
        Numbers(s_d50).CopyTo(profile, 68);
        Put(profile, HeaderBytes, tags.Length);
        for (var (i, at) = (0, table); i < tags.Length; at += tags[i++].Value.Length)
        {
            var entry = HeaderBytes + 4 + (i * 12);
            for (var letter = 0; letter < 4; letter++) profile[entry + letter] = (byte)tags[i].Name[letter];
            Put(profile, entry + 4, at);
            Put(profile, entry + 8, tags[i].Value.Length);
            tags[i].Value.CopyTo(profile, at);
        }
        return profile;
    }

    // Lengths are multiples of 4, as tags have to begin at such.
    private static byte[] Text(string text)
    {
        var value = new byte[(28 + (text.Length * 2) + 3) / 4 * 4];
        "mluc"u8.CopyTo(value);
        Put(value, 8, 1);  // one language
        Put(value, 12, 12); // bytes of its record
        "enUS"u8.CopyTo(value.AsSpan(16));
        Put(value, 20, text.Length * 2);
        Put(value, 24, 28);
        for (var i = 0; i < text.Length; i++) value[29 + (2 * i)] = (byte)text[i];
        return value;
    }

    private static byte[] Xyz(double[] values) => [.. "XYZ \0\0\0\0"u8, .. Numbers(values)];

    private static byte[] Parametric(IccCurve curve) => curve.IsPower
        ? [.. "para\0\0\0\0"u8, 0, 0, 0, 0, .. Numbers(curve.Gamma)]
        : [.. "para\0\0\0\0"u8, 0, 3, 0, 0, .. Numbers(curve.Gamma, curve.A, curve.B, curve.C, curve.D)];

    private static byte[] Numbers(params double[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++) Put(bytes, i * 4, (int)Math.Clamp(Math.Round(values[i] * 65536), int.MinValue, int.MaxValue));
        return bytes;
    }

    private static void Put(byte[] bytes, int at, int value) => BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);

    // From a white to D50.
    private static double[,] Adaption(double[] white)
    {
        var (from, to) = (Times(s_bradford, white), Times(s_bradford, s_d50));
        var scaled = new double[3, 3];
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) scaled[i, j] = s_bradford[i, j] * to[i] / from[i];
        var inverse = Inverse(s_bradford);
        var adaption = new double[3, 3];
        for (var i = 0; i < 3; i++)
        {
            var column = Times(inverse, [scaled[0, i], scaled[1, i], scaled[2, i]]);
            for (var j = 0; j < 3; j++) adaption[j, i] = column[j];
        }
        return adaption;
    }

    private static double[] Times(double[,] matrix, double[] vector) =>
        [.. Enumerable.Range(0, 3).Select(i => (matrix[i, 0] * vector[0]) + (matrix[i, 1] * vector[1]) + (matrix[i, 2] * vector[2]))];

    private static double[,] Inverse(double[,] m)
    {
        // The cofactor of row i and column j, the signs by going round.
        double Cofactor(int i, int j) => (m[(i + 1) % 3, (j + 1) % 3] * m[(i + 2) % 3, (j + 2) % 3]) - (m[(i + 1) % 3, (j + 2) % 3] * m[(i + 2) % 3, (j + 1) % 3]);
        var determinant = (m[0, 0] * Cofactor(0, 0)) + (m[0, 1] * Cofactor(0, 1)) + (m[0, 2] * Cofactor(0, 2));
        var inverse = new double[3, 3];
        for (var i = 0; i < 3; i++)
            for (var j = 0; j < 3; j++) inverse[i, j] = Cofactor(j, i) / determinant;
        return inverse;
    }
}
