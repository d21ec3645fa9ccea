using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>
/// The frame of a PNG file. libpng takes memory for what stands beside the pixels by the length that the file gives, up to 2 GB,
/// before it looks whether so much is there.
/// </summary>
internal static class PngChunks
{
    private const int SignatureBytes = 8, HeadBytes = 8, Overhead = 12, MostChunks = 1_000_000;

    /// <summary>Whether all chunks but the pixels', which are read piece by piece, lie within the file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static bool AreWithin(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        Span<byte> head = stackalloc byte[HeadBytes];
        long at = SignatureBytes;
        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            if (RandomAccess.Read(file, head, at) < HeadBytes) return true; // the decoder says what is missing
            var end = at + Overhead + BinaryPrimitives.ReadUInt32BigEndian(head);
            if (end > length) return head[4..].SequenceEqual("IDAT"u8);
            if (head[4..].SequenceEqual("IEND"u8)) return true;
            at = end;
        }
        return false;
    }
}
