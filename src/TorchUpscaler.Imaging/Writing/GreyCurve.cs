using System.Runtime.InteropServices;
using TorchUpscaler.Imaging.Metadata;
using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>What a grey profile makes of each grey.</summary>
internal static class GreyCurve
{
    private const int Levels = 1 << 16;

    /// <summary>The grey of sRGB, in 8 bits, for each of 16 bits of the profile. Null where there is no profile for grey, or none that can be used.</summary>
    internal static byte[]? ToSrgb(byte[]? profile)
    {
        if (!IccProfile.Fits(profile, isGrey: true)) return null;
        var ramp = new ushort[Levels];
        for (var i = 0; i < Levels; i++) ramp[i] = (ushort)i;
        try
        {
            using var rows = new VipsRowImage(Levels, 1, 1, 16, (_, row) => MemoryMarshal.AsBytes<ushort>(ramp).TryCopyTo(row));
            rows.Image.SetBlock("icc-profile-data", profile);
            using var transform = new VipsOperation("icc_transform");
            using var srgb = transform.Set("in", rows.Image).SetText("output_profile", "srgb").Set("embedded", "true")
                .Set("intent", "relative").Set("black_point_compensation", "true").Set("depth", "8").Run().Output();
            using var region = new VipsRegion(srgb);
            region.Prepare(0, 1);
            var row = region.Row(0, Levels * srgb.Bands);
            var curve = new byte[Levels];
            for (var i = 0; i < Levels; i++) curve[i] = row[i * srgb.Bands];
            return curve;
        }
        catch (VipsException)
        {
            return null;
        }
    }
}
