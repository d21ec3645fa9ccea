using System.Buffers.Binary;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A GIF taken apart (GIF89a): its head and the first frame for the decoder.</summary>
internal static class GifParts
{
    private const byte Extension = 0x21, Frame = 0x2C, Trailer = 0x3B, Control = 0xF9;
    private const int HeadBytes = 13, FrameBytes = 10, MostBlocks = 1_000_000;
    private const int LargestCode = 8; // bits of a colour's number

    /// <summary>Takes a file apart.</summary>
    /// <exception cref="InvalidDataException">Not whole.</exception>
    internal static PixelParts Read(FileBytes file)
    {
        var pixels = new PiecesStream(file.File);
        var head = file.Need(0, HeadBytes);
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
        if (width == 0 || height == 0) throw new InvalidDataException("it has no size");
        var palette = PaletteBytes(head[10]);
        long at = HeadBytes + palette;
        pixels.Take(0, at);
        (long At, long End)? control = null;
        var blocks = 0;
        while (true)
        {
            var begin = at;
            var kind = file.Need(at, 1)[0];
            if (kind == Frame)
            {
                var frame = file.Need(at, FrameBytes);
                var (left, top) = (BinaryPrimitives.ReadUInt16LittleEndian(frame[1..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[3..]));
                var (frameWidth, frameHeight) = (BinaryPrimitives.ReadUInt16LittleEndian(frame[5..]), BinaryPrimitives.ReadUInt16LittleEndian(frame[7..]));
                if (frameWidth == 0 || frameHeight == 0 || left + frameWidth > width || top + frameHeight > height)
                    throw new InvalidDataException("its frame is larger than the picture");
                var own = PaletteBytes(frame[9]);
                if (palette + own == 0) throw new InvalidDataException("its palette is missing");
                at += FrameBytes + own;
                if (file.Need(at, 1)[0] is 0 or > LargestCode) throw new InvalidDataException("its pixels have no head");
                at = EndOfBlocks(file, at + 1, ref blocks);
                var isTransparent = control is { } told && (file.Need(told.At + 3, 1)[0] & 1) != 0;
                if (control is { } kept) pixels.Take(kept.At, kept.End - kept.At);
                pixels.Take(begin, at - begin);
                pixels.Add([Trailer]);
                return new PixelParts(width, height, isTransparent ? 4 : 3, 8, pixels);
            }
            if (kind != Extension) throw new InvalidDataException("it has no pixels");
            var label = file.Need(at + 1, 1)[0];
            at = EndOfBlocks(file, at + 2, ref blocks);
            if (label == Control && at - begin == 8) control = (begin, at);
        }
    }

    private static int PaletteBytes(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    // Blocks of up to 255 bytes, the last of which is empty.
    private static long EndOfBlocks(FileBytes file, long at, ref int blocks)
    {
        while (true)
        {
            if (++blocks > MostBlocks) throw new InvalidDataException("it has too many blocks");
            var length = file.Need(at, 1)[0];
            at += 1 + length;
            if (length == 0) return at;
        }
    }
}
