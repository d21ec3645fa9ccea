namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>
/// Files that other programs have made, one row a case, as the program gives them back: size, pixels, kind and depth, profile, EXIF and
/// resolution, judged by ImageMagick, libvips' tools and exiftool.
/// </summary>
[Collection(ProgramTests.Name)]
public sealed class CaseTests(CaseFolder cases) : IClassFixture<CaseFolder>
{
    private static readonly string[] s_names =
    [
        "orientation-1.jpg", "orientation-2.jpg", "orientation-3.jpg", "orientation-4.jpg", "orientation-5.jpg", "orientation-6.jpg",
        "orientation-7.jpg", "orientation-8.jpg", "turned.png", "orientation-2.tif", "orientation-3.tif", "orientation-4.tif",
        "orientation-5.tif", "orientation-6.tif", "orientation-7.tif", "orientation-8.tif", "turned.webp", "turned.heic", "turned.avif",
        "turned-by-exif-alone.heic", "place-and-thumbnail.jpg", "place.png", "place.tif", "300-dpi.jpg", "300-dpi.png", "300-dpi.tif",
        "exif-lies.jpg", "display-p3.jpg", "display-p3.png", "display-p3.webp", "adobe-rgb.jpg", "adobe-rgb.tif", "broken-profile.png",
        "gamma-1.png", "gamma-1-grey.png", "chromaticities.png", "display-p3-by-cicp.png", "usual-gamma.png", "srgb-chunk.png", "cmyk.jpg",
        "cmyk-without-profile.jpg", "cmyk.tif", "cmyk-turned.jpg", "lab.tif", "lab-16-bits.tif", "grey-profile.jpg", "grey-profile.png",
        "16-bits.png", "16-bits-dark.png", "16-bits.tif", "16-bits-dark.tif", "16-bits-grey.png", "float.tif", "1-bit.png", "2-bits.png",
        "4-bits.png", "1-bit.tif", "grey.png", "grey.jpg", "alpha.png", "alpha-16-bits.png", "alpha-grey.png", "alpha.tif",
        "alpha-associated.tif", "alpha.webp", "palette-alpha.png", "colour-key.png", "alpha-opaque.png", "1x1.png", "1x5000.png",
        "5000x1.jpg", "palette.png", "interlaced.png", "progressive.jpg", "subsampled.jpg", "tiled.tif", "jpeg-in.tif", "big.tif",
        "animated.gif", "animated.webp", "plain.avif", "plain.heic", "truncated.jpg", "truncated.png", "truncated.webp", "truncated.tif",
        "no-picture.png",
    ];

    public static TheoryData<string> Names => [.. s_names];

    [Fact]
    public void Every_case_is_a_row() => Assert.Equal(cases.Cases.Keys.Order(StringComparer.Ordinal), s_names.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_picture_comes_back_as_its_owner_expects(string name)
    {
        var refusal = cases.Refusal(name);
        if (cases.Cases[name].TryGetProperty("fails", out var expected)) Assert.Contains(expected.GetString()!, refusal, StringComparison.Ordinal);
        else Assert.Null(refusal);
        Assert.Empty(cases.Verdicts[name]);
    }
}
