using TorchUpscaler.Core;
using TorchUpscaler.Imaging;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Texts;

/// <summary>What a failure is taken for: by the sentences that the program itself makes, each from where it is made.</summary>
public sealed class FailureTests : IDisposable
{
    private static readonly PictureTerms s_terms = new("JPEG, PNG, WebP", 20 << 20, 50 << 20);

    private readonly TemporaryFolder _folder = new();
    private readonly VipsCodec _codec = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_that_is_no_picture() => Is(FailureKind.NotAPicture, Refused("cat.jpg", "I am a cat."u8.ToArray()));

    [Fact]
    public void A_kind_of_picture_that_is_closed() => Is(FailureKind.NotAPicture, Refused("cat.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"u8.ToArray()));

    [Fact]
    public void A_file_of_no_bytes() => Is(FailureKind.Empty, Refused("cat.jpg", []));

    [Fact]
    public void A_file_that_breaks_off() => Is(FailureKind.Damaged, Refused("cat.png", TestPictures.Png(200, 200)[..300]));

    [Fact]
    public void A_header_that_breaks_off() => Is(FailureKind.Damaged, Refused("cat.png", TestPictures.Png(200, 200)[..20]));

    [Fact]
    public void A_picture_that_is_too_large_when_it_is_read()
    {
        var failure = Is(FailureKind.TooLarge, Refused("cat.png", TestPictures.Png(200, 200), maxPixels: 10_000));
        Assert.Contains("200×200", failure.Say(Speech.In(Language.Russian), new Job(), s_terms).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_above_the_limit()
    {
        var failure = Is(FailureKind.TooLarge, Assert.Throws<PictureException>(() => new PictureLimits(1_000_000, 1).Check(new PictureHeader(2000, 1000, 3, 8, null))).Message);
        Assert.Equal("The picture is larger than I can take: 2000×1000. Send a smaller one.", failure.Say(Speech.In(Language.English), new Job(), s_terms).Text);
    }

    [Fact]
    public void A_result_above_the_limit() => Is(FailureKind.ResultTooLarge,
        Assert.Throws<PictureException>(() => new PictureLimits(1_000_000, 1_000_000).Check(new PictureHeader(1000, 1000, 3, 8, null), new ModelChoice([], 4), PictureFormat.Png)).Message);

    [Fact]
    public void A_result_that_its_format_cannot_hold() => Is(FailureKind.FormatTooSmall, Assert.Throws<PictureException>(() => PictureFormats.CheckSize(PictureFormat.WebP, 20_000, 10)).Message);

    [Fact]
    public void A_picture_of_too_many_bytes() => Is(FailureKind.Memory, Assert.Throws<PictureException>(() => new Picture(60_000, 60_000, 3, 16)).Message);

    [Theory] // as the worker and the stores write them; what a worker of another version says is none of these
    [InlineData(FailureKind.Model, "the model x9 cannot be used here; choose another one")]
    [InlineData(FailureKind.NoScale, "no model here enlarges ×8; choose another scale")]
    [InlineData(FailureKind.Memory, "the picture needs 9 GB of memory, more than the worker may use; send a smaller one")]
    [InlineData(FailureKind.Crashed, "the program broke down while it worked on the picture")]
    [InlineData(FailureKind.Crashed, "the picture could not be computed")]
    [InlineData(FailureKind.PictureGone, "the stored picture is gone; send it again")]
    [InlineData(FailureKind.TooBigToFetch, Failure.TooBigToFetch)]
    [InlineData(FailureKind.FileGone, Failure.FileGone)]
    [InlineData(FailureKind.ResultTooBig, Failure.ResultTooBig)]
    [InlineData(FailureKind.ResultTooLarge, "the result of 352×240 has 0.08448 megapixels, and the limit here is 0.05; send a smaller picture or choose a smaller scale")]
    [InlineData(FailureKind.TooLarge, "the picture of 1200×1000 has 1.2 megapixels, and the limit here is 1; send a smaller picture or choose a smaller scale")]
    [InlineData(FailureKind.ResultRefused, Failure.ResultRefused)]
    [InlineData(FailureKind.NoRights, Failure.NoRights)]
    [InlineData(FailureKind.Unknown, "what nobody has thought of")]
    [InlineData(FailureKind.Unknown, "")]
    [InlineData(FailureKind.Unknown, null)]
    public void A_sentence_is_recognised(FailureKind kind, string? sentence) => Is(kind, sentence);

    [Fact]
    public void The_sentences_of_the_worker_and_the_stores_are_still_what_they_write()
    {
        var sources = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository(), "src/TorchUpscaler.Queue"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(["cannot be used here; choose another one", "no model here enlarges ×{", "of memory, more than the worker may use; send a smaller one",
            "\"the program broke down while it worked on the picture\"", "\"the picture could not be computed\"", "\"the stored picture is gone; send it again\""],
            sentence => Assert.Contains(sentence, sources, StringComparison.Ordinal));
    }

    [Fact]
    public void No_failure_shows_the_queues_own_words() => Assert.All(Enum.GetValues<FailureKind>(), kind =>
    {
        var job = new Job { Scale = 8, Format = PictureFormat.WebP, Failures = 3, ResultBytes = 60 << 20, Error = "zzz" };
        foreach (var language in Enum.GetValues<Language>())
        {
            var said = new Failure(kind, null).Say(Speech.In(language), job, s_terms).Text;
            Assert.DoesNotContain("zzz", said, StringComparison.Ordinal);
            Assert.InRange(said.Length, 10, 400);
            Assert.Equal(language == Language.Russian, said.Any(letter => letter is >= 'А' and <= 'я'));
        }
    });

    private string Refused(string name, byte[] bytes, long maxPixels = 1_000_000)
    {
        var path = _folder.Write(name, bytes);
        var error = Assert.Throws<PictureException>(() =>
        {
            _codec.ReadHeader(path);
            _codec.Read(path, maxPixels, CancellationToken.None);
        });
        // As the worker tells it: by the name that its sender gave.
        return error.Message.Replace(path, name, StringComparison.Ordinal);
    }

    private static Failure Is(FailureKind kind, string? sentence)
    {
        var failure = Failure.Of(sentence);
        Assert.True(kind == failure.Kind, $"expected {kind}, got {failure.Kind}: {sentence}");
        return failure;
    }

    private static string Repository([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
}
