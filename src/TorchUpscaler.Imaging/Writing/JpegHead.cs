using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Puts JFIF's <c>APP0</c> with the resolution, <c>APP1</c> with EXIF and <c>APP2</c> with the profile before a JPEG's
/// tables (ITU-T T.871; EXIF 2.32, 4.7; ICC.1:2022, B.4). A block that does not fit in JPEG's segments is left out.
/// </summary>
internal sealed class JpegHead(ResultMetadata metadata) : HeadRewriter
{
    private const byte StartOfImage = 0xD8, App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App15 = 0xEF;
    private const int LongestSegment = ushort.MaxValue - 2;
    private const double MillimetresPerInch = 25.4;

    private static ReadOnlySpan<byte> ExifPrefix => "Exif\0\0"u8;
    private static ReadOnlySpan<byte> ProfilePrefix => "ICC_PROFILE\0"u8;

    /// <inheritdoc/>
    protected override int Rewrite(ReadOnlySpan<byte> head, Stream output)
    {
        // The encoder's own APPn segments stand first and are replaced.
        var at = 2;
        while (head.Length >= at + 4)
        {
            if (head[at + 1] is < App0 or > App15)
            {
                output.Write([0xFF, StartOfImage]);
                WriteMetadata(output);
                return at;
            }
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(head[(at + 2)..]);
        }
        return 0;
    }

    private void WriteMetadata(Stream output)
    {
        WriteResolution(output);
        if (metadata.Exif.Length > 0 && metadata.Exif.Length <= LongestSegment - ExifPrefix.Length)
            WriteSegment(output, App1, ExifPrefix, metadata.Exif);
        WriteProfile(output);
    }

    private void WriteResolution(Stream output)
    {
        byte[] jfif = [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]; // version, unit, density twice, thumbnail's size
        if (metadata.Horizontal > 0)
        {
            jfif[7] = 1; // per inch
            BinaryPrimitives.WriteUInt16BigEndian(jfif.AsSpan(8), PerInch(metadata.Horizontal));
            BinaryPrimitives.WriteUInt16BigEndian(jfif.AsSpan(10), PerInch(metadata.Vertical));
        }
        WriteSegment(output, App0, jfif, []);
    }

    private void WriteProfile(Stream output)
    {
        var longest = LongestSegment - ProfilePrefix.Length - 2;
        var parts = (metadata.Profile.Length + longest - 1) / longest;
        if (parts > byte.MaxValue) return;
        for (var part = 0; part < parts; part++)
        {
            var from = part * longest;
            var length = Math.Min(longest, metadata.Profile.Length - from);
            WriteSegment(output, App2, [.. ProfilePrefix, (byte)(part + 1), (byte)parts], metadata.Profile.AsSpan(from, length));
        }
    }

    private static ushort PerInch(double perMillimetre) => (ushort)Math.Clamp(Math.Round(perMillimetre * MillimetresPerInch), 1, ushort.MaxValue);

    private static void WriteSegment(Stream output, byte marker, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> data)
    {
        var length = 2 + prefix.Length + data.Length;
        output.Write([0xFF, marker, (byte)(length >> 8), (byte)length]);
        output.Write(prefix);
        output.Write(data);
    }
}
