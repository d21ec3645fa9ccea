using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>libvips' operations that read files: one for each kind. Only after <see cref="VipsLibrary.Start"/>.</summary>
internal static class VipsLoader
{
    /// <summary>The kinds that the libvips at hand can read.</summary>
    internal static IReadOnlyList<FileKind> Kinds => [.. FileKind.All.Where(kind => VipsOperation.Exists(For(kind)))];

    /// <summary>The operation's name.</summary>
    internal static string For(FileKind kind) => s_operations[kind];

    private static readonly Dictionary<FileKind, string> s_operations = new()
    {
        [FileKind.Jpeg] = "jpegload_source",
        [FileKind.Png] = "pngload_source",
        [FileKind.WebP] = "webpload_source",
        [FileKind.Heif] = "heifload_source",
        [FileKind.Avif] = "heifload_source",
        [FileKind.Tiff] = "tiffload_source",
        [FileKind.Gif] = "gifload_source",
    };
}
