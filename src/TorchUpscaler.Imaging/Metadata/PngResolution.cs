using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Metadata;

/// <summary>A PNG's <c>pHYs</c> chunk (PNG, third edition, 11.3.4.3), which libvips mixes up with its own default of 72 dpi.</summary>
internal static class PngResolution
{
    private const int SignatureBytes = 8, MostChunks = 1000;
    private const double MillimetresPerMetre = 1000;

    /// <summary>Pixels per millimetre in both directions, or null where the file says nothing.</summary>
    internal static (double Horizontal, double Vertical)? Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the decoder says what is wrong
        }
    }

    private static (double Horizontal, double Vertical)? Read(FileStream file)
    {
        Span<byte> head = stackalloc byte[8]; // length and type
        Span<byte> data = stackalloc byte[9]; // pixels per unit twice, and the unit: 1 is the metre
        file.Position = SignatureBytes;
        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            file.ReadExactly(head);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (head[4..].SequenceEqual("IDAT"u8)) return null;
            if (head[4..].SequenceEqual("pHYs"u8) && length == data.Length)
            {
                file.ReadExactly(data);
                if (data[8] != 1) return null;
                return (BinaryPrimitives.ReadUInt32BigEndian(data) / MillimetresPerMetre, BinaryPrimitives.ReadUInt32BigEndian(data[4..]) / MillimetresPerMetre);
            }
            file.Position += length + 4L; // and its CRC
        }
        return null;
    }
}
