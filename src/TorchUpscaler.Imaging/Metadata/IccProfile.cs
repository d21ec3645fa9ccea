using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>The head of an ICC profile (ICC.1:2022, 7.2), as far as it tells whether the profile is for these pixels.</summary>
internal static class IccProfile
{
    private const int HeaderBytes = 128;

    /// <summary>Whether this is a profile for grey or for RGB pixels, whole as far as its header can tell.</summary>
    internal static bool Fits(ReadOnlySpan<byte> profile, bool isGrey) =>
        profile.Length >= HeaderBytes
        && BinaryPrimitives.ReadUInt32BigEndian(profile) <= profile.Length
        && profile[36..40].SequenceEqual("acsp"u8)
        && IsOfDevice(profile[12..16])
        && profile[16..20].SequenceEqual(isGrey ? "GRAY"u8 : "RGB "u8);

    // A display's, a camera's or scanner's, a printer's, or a colour space; links between two of them and lists of names say nothing of pixels.
    private static bool IsOfDevice(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("mntr"u8) || kind.SequenceEqual("scnr"u8) || kind.SequenceEqual("prtr"u8) || kind.SequenceEqual("spac"u8);
}
