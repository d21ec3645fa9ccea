using TorchUpscaler.BotServer.World;
using TorchUpscaler.Telegram.Data;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Albums: of all that can become of their pictures, and as what they come back.</summary>
public sealed class AlbumTests
{
    [Theory]
    [InlineData(ReplyAs.Photo, 3, 0)]
    [InlineData(ReplyAs.Both, 3, 3)]
    public async Task It_comes_as_was_set(ReplyAs replyAs, int photos, int documents)
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, replyAs);

        anna.SendAlbum([TestPictures.Png(20, 10, 1), TestPictures.Png(20, 12, 2), TestPictures.Png(20, 14, 3)]);

        await BotRig.WhenResults(anna.Chat, photos + documents);
        await rig.WhenDone();
        var (asPhotos, asDocuments) = (Photos(anna), Documents(anna));
        Assert.Equal((photos, documents), (asPhotos.Count, asDocuments.Count));
        Assert.Equal([20, 24, 28], asPhotos.Select(photo => photo.Photo[^1].Height));
        Assert.Single(asPhotos.Select(photo => photo.AlbumId).Distinct());
        Assert.All(asDocuments, document => Assert.Equal(asDocuments[0].AlbumId, document.AlbumId));
        // Of an album Telegram has compressed several.
        Assert.Contains("these photos", Assert.Single(anna.Chat.FromBot, message => message.Text is not null).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_cannot_be_a_photo_comes_as_a_file_beside_those_that_can()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, ReplyAs.Photo);

        anna.SendAlbum([("a.png", TestPictures.Png(20, 10, 1)), ("strip.png", TestPictures.Png(300, 10, 2)), ("c.png", TestPictures.Png(20, 12, 3))]);

        await BotRig.WhenResults(anna.Chat, 3);
        Assert.Equal(2, Photos(anna).Count);
        var strip = Assert.Single(Documents(anna));
        Assert.Equal("strip_x2.png", strip.Document!.Name);
        Assert.Contains("as a photo", strip.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_large_or_fails_is_told_by_name_and_the_scale_that_fits_is_offered_for_each()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        anna.SendAlbum([("a.png", TestPictures.Png(600, 600, 1)), ("b.png", TestPictures.Png(20, 10, 2)), ("fails.png", TestPictures.Png(20, 12, 3)), ("d.png", TestPictures.Png(601, 600, 4))], "x4");
        await BotRig.WhenResults(anna.Chat, 1);
        var status = await anna.Chat.WaitFor(message => message.Buttons.Count == 2);
        Assert.Equal("b_x4.png", Assert.Single(Documents(anna)).Document!.Name);
        Assert.Equal(["×2: a.png", "×2: d.png"], status.Buttons.Select(row => row[0]));
        Assert.Contains("1 picture", status.Text, StringComparison.Ordinal);
        foreach (var told in new[] { "⚠️ a.png\nEnlarged ×4, the picture would be larger than I can make.\n×2 would fit.", "⚠️ fails.png\n", "⚠️ d.png\n" })
            Assert.Contains(told, status.Text, StringComparison.Ordinal);

        anna.PressButton(status, "×2: a.png");

        var result = await anna.Chat.WaitFor(message => message.Document?.Name == "a_x2.png");
        Assert.Equal((1200, 1200), (result.Document!.Width, result.Document.Height));
        await anna.Chat.WaitUntil(() => status.Buttons.Count == 1);
        Assert.Equal("×2: d.png", status.Buttons[0][0]);
        await rig.WhenDone();
    }

    [Fact]
    public async Task It_is_sent_in_parts_where_it_is_more_than_Telegram_takes_at_a_time()
    {
        var most = SizeOf(Result()) * 5 / 2;
        await using var rig = await BotRig.Start(
            rig => rig.Life = rig.Life with { Terms = rig.Life.Terms with { LargestSend = most } }, server: new BotServer.BotServerOptions { LargestUpload = most });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendAlbum(Noisy(5), "x2");

        await BotRig.WhenResults(anna.Chat, 5);
        Assert.Equal(["0_x2.png", "1_x2.png", "2_x2.png", "3_x2.png", "4_x2.png"], Documents(anna).Select(result => result.Document!.Name));
        Assert.Equal([2, 2, 1], Documents(anna).GroupBy(result => result.AlbumId).Select(group => group.Count()));
        Assert.DoesNotContain(rig.Server.Calls, call => call.Status == 413);
    }

    [Fact]
    public async Task Refused_as_too_large_it_is_sent_one_by_one()
    {
        await using var rig = await BotRig.Start(server: new BotServer.BotServerOptions { LargestUpload = SizeOf(Result()) * 3 / 2 });
        var anna = rig.Server.AddPerson("Anna");

        anna.SendAlbum(Noisy(3), "x2");

        await BotRig.WhenResults(anna.Chat, 3);
        await rig.WhenDone();
        Assert.Equal(["0_x2.png", "1_x2.png", "2_x2.png"], Documents(anna).Select(result => result.Document!.Name));
        Assert.All(Documents(anna), result => Assert.Null(result.Caption));
        Assert.Single(rig.Server.Calls, call => call.Status == 413);
    }

    [Fact]
    public async Task Sent_again_it_comes_at_once_as_an_album()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        rig.Set(anna, ReplyAs.Both);
        (string, byte[])[] album = [("a.png", TestPictures.Png(20, 10, 1)), ("b.png", TestPictures.Png(20, 12, 2))];
        anna.SendAlbum(album);
        await BotRig.WhenResults(anna.Chat, 4);
        await rig.WhenDone();

        anna.SendAlbum(album);

        await BotRig.WhenResults(anna.Chat, 8);
        Assert.Equal(2, rig.Store.List(null, null, 10).Count);
        var again = anna.Chat.FromBot.TakeLast(4).ToList();
        Assert.Equal([2, 2, 0, 0], again.Select(message => message.Photo.Count + (message.Photo.Count > 0 ? 1 : 0)));
        Assert.Equal(2, again.Select(message => message.AlbumId).Distinct().Count());
        Assert.Equal([null, null, null, "✅ Done: I had made it for you already"], again.Select(message => message.Caption));

        // One that is not known makes all of it new.
        anna.SendAlbum([.. album, ("c.png", TestPictures.Png(20, 14, 3))]);
        await BotRig.WhenResults(anna.Chat, 14);
        Assert.Equal(5, rig.Store.List(null, null, 10).Count);
    }

    private static List<ServerMessage> Photos(Person person) => [.. person.Chat.FromBot.Where(message => message.Photo.Count > 0)];

    private static List<ServerMessage> Documents(Person person) => [.. person.Chat.FromBot.Where(message => message.Document is not null)];

    private static (string, byte[])[] Noisy(int count) => [.. Enumerable.Range(0, count).Select(i => ($"{i}.png", BotRig.Noise(120, 80)))];

    // What is made of each.
    private static byte[] Result() => BotRig.Enlarged(BotRig.Noise(120, 80), 2);

    private static long SizeOf(byte[] bytes) => bytes.Length;
}
