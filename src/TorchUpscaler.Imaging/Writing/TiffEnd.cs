using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Lets a TIFF pass as the encoder writes it and, when it is whole, writes its directory anew at the end with profile, EXIF and
/// resolution (TIFF 6.0; ICC.1:2022, B.2; EXIF 2.32, 4.6.3).
/// </summary>
internal sealed class TiffEnd(ResultMetadata metadata) : FileRewriter
{
    private const ushort HorizontalTag = 0x011A, VerticalTag = 0x011B, UnitTag = 0x0128, ProfileTag = 0x8773;
    private const ushort NoUnit = 1, Inch = 2;
    private const uint Denominator = 1000;
    private const double MillimetresPerInch = 25.4;

    /// <summary>Whether a picture of so many bytes needs BigTIFF, whose offsets go beyond 4 GB.</summary>
    internal static bool NeedsBig(long pixelBytes)
    {
        const long metadata = 64 << 20;
        return pixelBytes + (pixelBytes / 100) + metadata > uint.MaxValue; // noise grows a little when it is packed
    }

    /// <summary>Rows that are packed together, in steps of 16: about a megabyte, which the encoder holds several times.</summary>
    internal static int StripRows(int rowBytes)
    {
        const int targetBytes = 1 << 20, step = 16, most = 128;
        return Math.Clamp(targetBytes / rowBytes / step * step, step, most);
    }

    /// <inheritdoc/>
    internal override void Write(ReadOnlySpan<byte> bytes, Stream output) => output.Write(bytes);

    /// <inheritdoc/>
    internal override void Finish(Stream output)
    {
        var file = TiffFile.Open(output) ?? throw new InvalidDataException("the encoder's file is not whole");
        var directory = TiffDirectory.Own(file);
        if (directory.IsEmpty) throw new InvalidDataException("the encoder's file has no directory");
        if (Carried() is { } carried) directory.Add(carried);
        SetResolution(directory);
        if (metadata.Profile.Length > 0) directory.Set(new TiffTag(ProfileTag, TiffTag.UndefinedType, metadata.Profile.Length, metadata.Profile));

        var at = directory.Write(output, file.IsBig);
        Span<byte> place = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(place, at);
        output.Position = file.FirstDirectoryAt;
        output.Write(place[..(file.IsBig ? 8 : 4)]);
        output.Position = output.Length;
    }

    private TiffDirectory? Carried()
    {
        if (metadata.Exif.Length == 0) return null;
        using var block = new MemoryStream(metadata.Exif);
        return TiffFile.Open(block) is { } file ? TiffDirectory.Carried(file) : null;
    }

    // TIFF wants a resolution; one without a unit says nothing but that pixels are square.
    private void SetResolution(TiffDirectory directory)
    {
        var isKnown = metadata.Horizontal > 0;
        directory.Set(new TiffTag(HorizontalTag, TiffTag.RationalType, 1, Fraction(isKnown ? metadata.Horizontal * MillimetresPerInch : 1)));
        directory.Set(new TiffTag(VerticalTag, TiffTag.RationalType, 1, Fraction(isKnown ? metadata.Vertical * MillimetresPerInch : 1)));
        directory.Set(new TiffTag(UnitTag, TiffTag.ShortType, 1, [(byte)(isKnown ? Inch : NoUnit), 0]));
    }

    private static byte[] Fraction(double value)
    {
        var fraction = new byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(fraction, (uint)Math.Clamp(Math.Round(value * Denominator), 1, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(fraction.AsSpan(4), Denominator);
        return fraction;
    }
}
