using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class CatalogueTests
{
    private const string A = "aa", B = "bb", C = "cc", Yield = "dd";

    private static readonly Catalogue s_catalogue = new([
        new CatalogueModel("other", "RRDBNet", "", [new CatalogueSource { Url = new Uri("http://127.0.0.1/other.pth"), Licence = "O" }]),
        new CatalogueModel("tiny", "RRDBNet", "",
        [
            new CatalogueSource { Url = new Uri("http://127.0.0.1/tiny.pth"), Sha256 = A, Licence = "L" },
            new CatalogueSource { Npm = "carrier@1.0.0", Files = [new("p/m.param", B), new("p/m.bin", C)], Licence = "M", Yields = Yield },
        ]),
    ]);

    [Theory]
    [InlineData("aa", "tiny, the file of http://127.0.0.1/tiny.pth")]
    [InlineData("bb cc", "tiny, the file of carrier@1.0.0 (npm), m.param")]
    [InlineData("dd", "tiny, converted from carrier@1.0.0 (npm), m.param")]
    [InlineData("aa cc", null)] // halves of two sources
    [InlineData("bb ee", null)] // a changed half
    [InlineData("ee", null)]
    public void A_file_is_known_by_the_hashes_of_all_its_parts(string hashes, string? known) =>
        Assert.Equal(known, s_catalogue.Identify([.. hashes.Split(' ').Select(hash => new SourcePart("m", 1, hash))])?.ToString());

    [Fact]
    public void What_a_source_yields_is_known_by_any_of_its_files()
    {
        Assert.Equal([Yield, Yield, null, null], new[] { B, C, A, "ee" }.Select(s_catalogue.YieldOf));
    }
}
