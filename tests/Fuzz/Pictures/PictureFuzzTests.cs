using System.Diagnostics;
using Xunit.Abstractions;

namespace TorchUpscaler.Fuzz.Pictures;

/// <summary>Damaged and hostile picture files, before a codec that all programs use. One class a codec derives from it.</summary>
/// <param name="codec">Its name in <see cref="Codecs"/>.</param>
public abstract class PictureFuzzTests(string codec, PictureFuzzTests.Seeds seeds, ITestOutputHelper output) : IClassFixture<PictureFuzzTests.Seeds>
{
    private const int Seed = 20;

    public static TheoryData<string> Finds => [.. Directory.EnumerateFiles(FindsFolder).Select(path => Path.GetFileName(path))];

    private static string FindsFolder => Path.Combine(AppContext.BaseDirectory, "Finds", "picture");

    /// <summary>What the codec once got wrong is refused now, in bounded time and memory.</summary>
    [Theory]
    [MemberData(nameof(Finds))]
    public void A_find_is_refused_within_bounds(string find)
    {
        using var fuzz = new PictureFuzz(codec, seeds.Folder, Seed);
        var decoded = fuzz.Decode(Path.Combine(FindsFolder, find));
        Assert.Equal("refused", decoded.Outcome);
        Assert.InRange(decoded.Memory, 0, PictureFuzz.MostMemory);
        Assert.InRange(decoded.Time, TimeSpan.Zero, PictureFuzz.MostTime);
    }

    [Fact]
    public void Some_hundred_damaged_pictures_are_read_or_refused_within_bounds() => Run(400);

    [Fact]
    [Trait("Length", "Long")]
    public void Many_thousand_damaged_pictures_are_read_or_refused_within_bounds() => Run(24_000);

    private void Run(int mutations)
    {
        using var fuzz = new PictureFuzz(codec, seeds.Folder, Seed);
        fuzz.Run(mutations);
        output.WriteLine(fuzz.ToString());
        Assert.True(fuzz.Finds.Count == 0, string.Join('\n', fuzz.Finds));
        Assert.Equal(mutations, fuzz.Read + fuzz.Refused);
        // Damage that all ends at the first check, or does none, would say nothing.
        Assert.True(fuzz.Read >= mutations / 10 && fuzz.Refused >= mutations / 5, fuzz.ToString());
    }

    /// <summary>Whole pictures of all kinds, made once by other programs.</summary>
    public sealed class Seeds : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("torchupscaler-pictures-").FullName;

        public Seeds()
        {
            using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Corpus.RepositoryRoot(), "tests", "oracle", "picture_cases.py"), "make", _folder])
            {
                RedirectStandardError = true,
            })!;
            var errors = python.StandardError.ReadToEnd();
            python.WaitForExit();
            if (python.ExitCode != 0) throw new InvalidOperationException($"pictures cannot be made here: {errors}");
        }

        public string Folder => Path.Combine(_folder, "in");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
