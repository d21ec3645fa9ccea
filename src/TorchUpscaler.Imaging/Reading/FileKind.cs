using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>
/// A kind of picture file that is read: an allow-list. A file is of the kind that its first bytes say, whatever its name
/// is, and goes to that kind's decoder and to no other.
/// </summary>
/// <param name="Name">The kind's name for people.</param>
/// <param name="Format">The same format among those that can be written, or null.</param>
/// <param name="Extensions">Usual file name extensions, lower case, with their dot.</param>
internal sealed record FileKind(string Name, PictureFormat? Format, IReadOnlyList<string> Extensions)
{
    internal static readonly FileKind Jpeg = new("JPEG", PictureFormat.Jpeg, [".jpg", ".jpeg", ".jpe"]);
    internal static readonly FileKind Png = new("PNG", PictureFormat.Png, [".png"]);
    internal static readonly FileKind WebP = new("WebP", PictureFormat.WebP, [".webp"]);
    internal static readonly FileKind Heif = new("HEIF", null, [".heic", ".heif"]);
    internal static readonly FileKind Avif = new("AVIF", PictureFormat.Avif, [".avif"]);
    internal static readonly FileKind Tiff = new("TIFF", PictureFormat.Tiff, [".tif", ".tiff"]);
    internal static readonly FileKind Gif = new("GIF", null, [".gif"]);

    internal static readonly IReadOnlyList<FileKind> All = [Jpeg, Png, WebP, Heif, Avif, Tiff, Gif];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];
    private static ReadOnlySpan<byte> PngStart => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Bytes of a file's beginning that <see cref="Recognise"/> needs.</summary>
    internal const int HeadBytes = 12;

    /// <summary>Whether its decoder applies the orientation, so that EXIF's does not count.</summary>
    internal bool IsTurnedByDecoder => this == Heif || this == Avif;

    /// <summary>The usual extensions of some kinds' files, compared without regard to case.</summary>
    internal static IReadOnlySet<string> ExtensionsOf(IEnumerable<FileKind> kinds) =>
        kinds.SelectMany(kind => kind.Extensions).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kind that a file's first bytes announce, or null.</summary>
    internal static FileKind? Recognise(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(JpegStart)) return Jpeg;
        if (head.StartsWith(PngStart)) return Png;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8)) return WebP;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return Gif;
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8)) return Tiff;
        if (head.Length < 12 || !head[4..].StartsWith("ftyp"u8)) return null;
        if (head[8..12].SequenceEqual("avif"u8) || head[8..12].SequenceEqual("avis"u8)) return Avif;
        return IsHeifBrand(head[8..12]) ? Heif : null;
    }

    private static bool IsHeifBrand(ReadOnlySpan<byte> brand) =>
        brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("hevc"u8) || brand.SequenceEqual("hevx"u8)
        || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8) || brand.SequenceEqual("hevm"u8) || brand.SequenceEqual("hevs"u8)
        || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);
}
