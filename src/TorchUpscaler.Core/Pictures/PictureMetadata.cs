namespace TorchUpscaler.Core;

/// <summary>What a picture file says beside its pixels, as far as it is carried from input to result.</summary>
public sealed record PictureMetadata
{
    /// <summary>Nothing known.</summary>
    public static PictureMetadata None { get; } = new();

    /// <summary>The ICC profile that the pixel values are in, or null for sRGB (and its grey counterpart).</summary>
    public byte[]? IccProfile { get; init; }

    /// <summary>The EXIF block as stored (TIFF header first, orientation already reset to 1, without the thumbnail), or null.</summary>
    public byte[]? Exif { get; init; }

    /// <summary>Pixels per millimetre, horizontally; 0 where the file says nothing.</summary>
    public double HorizontalResolution { get; init; }

    /// <summary>Pixels per millimetre, vertically; 0 where the file says nothing.</summary>
    public double VerticalResolution { get; init; }

    /// <summary>The same for a picture enlarged by a factor: it has the same size on paper.</summary>
    public PictureMetadata Scaled(double factor) => this with
    {
        HorizontalResolution = HorizontalResolution * factor,
        VerticalResolution = VerticalResolution * factor,
    };
}
