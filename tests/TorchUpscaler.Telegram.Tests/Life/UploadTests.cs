using System.Reflection;
using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Results that Telegram does not take as they are.</summary>
public sealed class UploadTests
{
    [Fact]
    public async Task A_file_that_is_refused_as_too_large_comes_as_the_JPEG_that_is_taken()
    {
        var most = BotRig.Enlarged(BotRig.Noise(120, 80), 4).Length / 2;
        await using var rig = await BotRig.Start(server: new BotServerOptions { LargestUpload = most });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");

        var result = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal("noise_x4.jpg", result.Document!.Name);
        Assert.InRange(result.Document.Size, 1, most);
        Assert.Matches("^As PNG it is .+, and Telegram did not take it. So this is a JPEG of quality [0-9]+.$", result.Caption);
    }

    [Fact]
    public async Task What_is_refused_whatever_is_made_of_it_is_explained_at_last()
    {
        await using var rig = await BotRig.Start(server: new BotServerOptions { LargestUpload = 100 });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(BotRig.Noise(120, 80), "noise.png");

        await anna.Chat.WaitFor(message => message.Text?.Contains("Telegram does not take it", StringComparison.Ordinal) == true);
        await rig.WhenDone();
        Assert.InRange(rig.Server.Calls.Count(call => call.Method == "sendDocument"), 2, 10);
    }

    [Theory]
    [InlineData(1, "comes smaller")]
    [InlineData(3, "comes smaller")]
    [InlineData(1, "is explained")]
    [InlineData(3, "is explained")]
    public async Task Where_the_connection_breaks_again_and_again_while_it_is_sent(int pictures, string outcome)
    {
        var most = outcome == "is explained" ? 0 : BotRig.Enlarged(BotRig.Noise(120, 80), 4).Length / 2;
        var line = new List<BreakingLine>();
        await using var rig = await BotRig.Start(rig =>
        {
            rig.Life = rig.Life with { LongestRest = TimeSpan.FromMilliseconds(100) };
            rig.Line = api => BreakingLine.Over(api, most, line);
        });
        var anna = rig.Server.AddPerson("Anna");

        if (pictures == 1) anna.SendDocument(BotRig.Noise(120, 80), "0.png", "x4");
        else anna.SendAlbum([.. Enumerable.Range(0, pictures).Select(i => ($"{i}.png", BotRig.Noise(120, 80)))], "x4");

        if (most > 0) await BotRig.WhenResults(anna.Chat, pictures);
        else await anna.Chat.WaitFor(message => message.Text?.Contains("Telegram does not take it", StringComparison.Ordinal) == true);
        await rig.WhenDone();
        Assert.All(anna.Chat.FromBot.Where(message => message.Document is not null), message => Assert.EndsWith(".jpg", message.Document!.Name, StringComparison.Ordinal));
        Assert.InRange(Assert.Single(line).Broken, 2, 8 * pictures);
    }

    [Fact]
    public async Task A_photo_and_file_that_can_be_no_photo_says_so()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, ReplyAs.Both);

        anna.SendDocument(TestPictures.Png(300, 10), "strip.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Contains("as a photo", document.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_transparent_and_is_white_in_the_JPEG_that_fits_says_so()
    {
        var terms = new Telegram.Texts.PictureTerms("PNG", 20 << 20, 10_000);
        await using var rig = await BotRig.Start(rig => rig.Life = rig.Life with { Terms = terms });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendDocument(BotRig.Noise(120, 80, isHalfThere: true), "glass.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.EndsWith("what was transparent is white.", document.Caption, StringComparison.Ordinal);
    }
}

/// <summary>A line that breaks while too large a body is sent.</summary>
#pragma warning disable CA1852 // the proxy derives from it
internal class BreakingLine : DispatchProxy
#pragma warning restore CA1852
{
    private IBotApi _api = null!;
    private long _most;
    private int _broken;

    /// <summary>How often it has broken.</summary>
    internal int Broken => _broken;

    internal static IBotApi Over(IBotApi api, long most, List<BreakingLine> lines)
    {
        var proxy = Create<IBotApi, BreakingLine>();
        var line = (BreakingLine)(object)proxy;
        (line._api, line._most) = (api, most);
        lines.Add(line);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var bytes = args![0] switch
        {
            FileMessage message => LengthOf(message.File),
            AlbumMessage album => album.Items.Sum(item => LengthOf(item.File)),
            _ => 0,
        };
        if (bytes <= _most) return targetMethod!.Invoke(_api, args);
        Interlocked.Increment(ref _broken);
        var error = new BotApiException(BotError.Unavailable, "it broke off") { MayHaveHappened = true, IsBrokenUpload = true };
        return args[0] is AlbumMessage ? Task.FromException<IReadOnlyList<Message>>(error) : Task.FromException<Message>(error);
    }

    private static long LengthOf(OutgoingFile file) => file.Path is null ? 0 : new FileInfo(file.Path).Length;
}
