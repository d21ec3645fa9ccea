using TorchUpscaler.App.Tests.Pictures;

namespace TorchUpscaler.App.Tests.Full;

/// <summary>The case table through ImageSharp: as through libvips, but for what it does not read, does not write, and makes of inks.</summary>
[Collection(ProgramTests.Name)]
public sealed class ImageSharpCaseTests(ImageSharpCaseTests.Folder cases) : IClassFixture<ImageSharpCaseTests.Folder>
{
    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["1-bit.tif"] = "is a TIFF of compression 4",
        ["float.tif"] = "is a TIFF of signed or floating-point samples",
        ["lab-16-bits.tif"] = "is a TIFF of signed or floating-point samples",
    };

    // Of a folder, only what the codec reads is taken.
    private static readonly string[] s_notTaken = ["turned.heic", "turned-by-exif-alone.heic", "plain.heic", "turned.avif", "plain.avif"];

    // Without the profile of a press, colours are brighter than it prints them.
    private static readonly string[] s_inks = ["cmyk.jpg", "cmyk-without-profile.jpg", "cmyk.tif", "cmyk-turned.jpg"];

    [Theory]
    [MemberData(nameof(CaseTests.Names), MemberType = typeof(CaseTests))]
    public void A_picture_comes_back_as_its_owner_expects_or_is_refused_by_its_kind(string name)
    {
        var (refusal, verdicts) = (cases.Refusal(name), cases.Verdicts[name]);
        Assert.Equal(!s_notTaken.Contains(name), cases.IsTaken(name));
        if (!cases.IsTaken(name)) return;
        if (s_refused.TryGetValue(name, out var reason))
        {
            Assert.Contains(reason, refusal, StringComparison.Ordinal);
            return;
        }
        if (cases.Cases[name].TryGetProperty("fails", out var expected)) Assert.Contains(expected.GetString()!, refusal, StringComparison.Ordinal);
        else Assert.Null(refusal);
        if (s_inks.Contains(name)) Assert.StartsWith("it is off by ", Assert.Single(verdicts), StringComparison.Ordinal);
        else Assert.Empty(verdicts);
    }

    /// <summary>The table's files, whose TIFFs come back as PNG.</summary>
    public sealed class Folder() : CaseFolder("imagesharp", (".tif", ".png"));
}
