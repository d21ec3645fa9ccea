namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>What of EXIF, the place, the resolution and the profile a result carries, in every format, as exiftool sees it.</summary>
[Collection(ProgramTests.Name)]
public sealed class MetadataTests(TinyModels models, MetadataTests.Tagged tagged) : IDisposable, IClassFixture<MetadataTests.Tagged>
{
    private const int ExitDone = 0, ExitRefused = 2;

    private static readonly string[] s_told =
    [
        "-EXIF:Make=A maker", "-EXIF:Model=A camera", "-EXIF:Copyright=Its owner", "-EXIF:DateTimeOriginal=2021:02:03 04:05:06", "-EXIF:Orientation=6",
        "-EXIF:XResolution=300", "-EXIF:YResolution=300", "-EXIF:ResolutionUnit=2",
        "-GPSLatitude=55.75", "-GPSLatitudeRef=N", "-GPSLongitude=37.61", "-GPSLongitudeRef=E", "-XMP:GPSLatitude=55.75", "-XMP:Creator=Somebody", "-IPTC:City=Moscow",
    ];

    private readonly Workplace _here = new();

    public static TheoryData<string> Formats => ["png", "jpg", "webp", "avif", "tif"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void By_default_all_but_the_place_is_kept(string format)
    {
        var tags = Upscaled(format);

        Assert.Equal(("A maker", "A camera", "Its owner", "2021:02:03 04:05:06"), Owner(tags));
        Assert.DoesNotContain(tags.Keys, key => key.StartsWith("GPS", StringComparison.Ordinal) || key.Contains("GPS", StringComparison.Ordinal));
        Assert.DoesNotContain(tags.Keys, key => key.StartsWith("XMP", StringComparison.Ordinal) || key.StartsWith("IPTC", StringComparison.Ordinal));
        Assert.DoesNotContain("55.75", File.ReadAllText(_here.PathOf($"in_x4.{format}"), System.Text.Encoding.Latin1), StringComparison.Ordinal);
        Assert.All(tags.Where(tag => tag.Key.EndsWith(":Orientation", StringComparison.Ordinal)), tag => Assert.Equal("1", tag.Value));
        Assert.Equal(("80", "1200", "Display P3"), (One(tags, "ExifImageWidth", "80"), One(tags, "XResolution"), One(tags, "ProfileDescription")));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_place_is_kept_where_it_is_asked_for(string format)
    {
        var tags = Upscaled(format, "--keep-gps");

        Assert.Equal(("55.75", "37.61"), (tags["GPS:GPSLatitude"], tags["GPS:GPSLongitude"]));
        Assert.Equal(("A maker", "A camera", "Its owner", "2021:02:03 04:05:06"), Owner(tags));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Stripped_only_the_profile_is_left(string format)
    {
        var tags = Upscaled(format, "--strip");

        Assert.Equal("Display P3", One(tags, "ProfileDescription"));
        string[] groups = ["ExifIFD:", "GPS:", "IFD1:", "XMP", "IPTC"];
        Assert.DoesNotContain(tags.Keys, key => groups.Any(group => key.StartsWith(group, StringComparison.Ordinal)));
        Assert.DoesNotContain(tags.Keys, key => key.EndsWith(":Make", StringComparison.Ordinal) || key.EndsWith(":Copyright", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => tag.Key.EndsWith("XResolution", StringComparison.Ordinal) && tag.Value != "1");
        Assert.DoesNotContain(tags.Keys, key => key.StartsWith("PNG-pHYs", StringComparison.Ordinal));
    }

    [Fact]
    public void Stripped_and_with_the_place_is_refused()
    {
        ProgramRun.Of("upscale", _here.Picture("in.png"), "--strip", "--keep-gps").ExitedWith(ExitRefused).SaidOneSentence("--strip", "--keep-gps", "one of the two");
        Assert.Equal(["in.png"], _here.Files);
    }

    public void Dispose() => _here.Dispose();

    private Dictionary<string, string> Upscaled(string format, params string[] options)
    {
        var picture = _here.PathOf("in.jpg");
        File.Copy(tagged.Path, picture);
        ProgramRun.Of(["upscale", picture, "-m", "x4plus", "--weights", models.Folder, "-f", format, .. options]).ExitedWith(ExitDone);
        return Exiftool.Tags(_here.PathOf($"in_x4.{format}"));
    }

    private static (string?, string?, string?, string?) Owner(Dictionary<string, string> tags) =>
        (One(tags, "Make"), One(tags, "Model"), One(tags, "Copyright"), One(tags, "DateTimeOriginal"));

    // The one value that a tag has, in whatever group.
    private static string? One(Dictionary<string, string> tags, string name, string? otherwise = null)
    {
        var values = tags.Where(tag => tag.Key.EndsWith(":" + name, StringComparison.Ordinal)).Select(tag => tag.Value).Distinct().ToList();
        return values.Count == 0 ? otherwise : Assert.Single(values);
    }

    /// <summary>A picture of which everything is told.</summary>
    public sealed class Tagged : IDisposable
    {
        private readonly Workplace _folder = new();

        public Tagged()
        {
            Python.Run(
                """
                import sys
                sys.path.insert(0, sys.argv[2])
                import picture_cases
                from PIL import Image
                Image.fromarray(picture_cases.picture(12, 20)).save(sys.argv[1], icc_profile=picture_cases.P3)
                """, Path, System.IO.Path.Combine(Repository.Root, "tests/oracle"));
            Exiftool.Set(Path, s_told);
        }

        public string Path => _folder.PathOf("told.jpg");

        public void Dispose() => _folder.Dispose();
    }
}
