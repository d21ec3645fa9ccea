using TorchUpscaler.Core;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>What is read out of messages and buttons.</summary>
public sealed class ReadingTests
{
    [Theory]
    [InlineData("x2", 2, null)]
    [InlineData("X8", 8, null)]
    [InlineData("х4", 4, null)] // the Russian letter
    [InlineData("×4", 4, null)]
    [InlineData("4x", 4, null)]
    [InlineData("/x8", 8, null)]
    [InlineData(" x2,  JPG ", 2, PictureFormat.Jpeg)]
    [InlineData("webp x4", 4, PictureFormat.WebP)]
    [InlineData("png", null, PictureFormat.Png)]
    [InlineData("x2 please!", 2, null)]
    [InlineData("my x2 trip", 2, null)]
    [InlineData("(x8), x8", 8, null)]
    public void Wishes_are_read_from_a_caption(string text, int? scale, PictureFormat? format) => Assert.Equal(new Wishes(scale, format), Wishes.Read(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("4")]
    [InlineData("xx4")]
    [InlineData("x")]
    [InlineData("x2 x4")]
    [InlineData("png jpg")]
    [InlineData("100x zoom as jpg")]
    [InlineData("x3 or so")]
    [InlineData("a caption that goes on and on, and says x2")]
    [InlineData("фото бабушки")]
    [InlineData("x2 x2 x2 x2 x2 x2 x2 x2 x2 x2 x2 x2 x2 x2 x2")]
    public void What_is_written_for_people_asks_for_nothing(string? text) => Assert.Null(Wishes.Read(text));

    [Theory]
    [InlineData("x8 please", 8, null, null)]
    [InlineData("could you make this photo of my grandmother x8, as png?", 8, PictureFormat.Png, null)]
    [InlineData("x3", null, null, 3)]
    [InlineData("x16, please", null, null, 16)]
    [InlineData("jpg x3", null, PictureFormat.Jpeg, 3)]
    public void What_is_said_to_the_bot_may_have_other_words(string text, int? scale, PictureFormat? format, int? unknown) =>
        Assert.Equal(new Wishes(scale, format, unknown), Wishes.Read(text, isCall: true));

    [Theory]
    [InlineData("hello")]
    [InlineData("x2 or x4?")]
    [InlineData("x1234")]
    [InlineData("x")]
    public void What_asks_for_nothing_that_is_one_thing_asks_for_nothing(string text) => Assert.Null(Wishes.Read(text, isCall: true));

    [Theory]
    [InlineData("x3", 3)]
    [InlineData("16x", 16)]
    [InlineData("/x0", 0)]
    public void A_scale_that_cannot_be_had_is_known_for_one(string text, int scale) => Assert.Equal(new Wishes(Unknown: scale), Wishes.Read(text));

    [Theory]
    [InlineData("/start", "start", "", false)]
    [InlineData("/START deep link", "start", "deep link", false)]
    [InlineData("/ban@the_bot 12\n", "ban", "12", true)]
    [InlineData("/ban@THE_BOT", "ban", "", true)]
    [InlineData("/broadcast\nTwo\nlines ", "broadcast", "Two\nlines", false)]
    public void A_command_is_read(string text, string command, string arguments, bool isAddressed)
    {
        var call = Call.In(Message(text), "the_bot")!;
        Assert.Equal((command, arguments, isAddressed), (call.Command, call.Arguments, call.IsAddressed));
        Assert.StartsWith(arguments, text[call.Offset..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/start@other_bot")]
    [InlineData("/")]
    [InlineData("/ start")]
    [InlineData("/home/user/cat.jpg")]
    [InlineData("/привет")]
    [InlineData("hello /start")]
    [InlineData("@the_bot without an entity")]
    public void What_is_no_command_or_another_bots_calls_nobody(string text) => Assert.Null(Call.In(Message(text), "the_bot"));

    [Fact]
    public void A_mention_is_read_from_its_entity_and_one_outside_the_text_is_none()
    {
        var named = Message("please @The_Bot x2") with { Entities = [new TextEntity { Type = "mention", Offset = 7, Length = 8 }] };
        Assert.Equal(("", "please  x2", true), (Call.In(named, "the_bot")!.Command, Call.In(named, "the_bot")!.Arguments.Replace("   ", "  ", StringComparison.Ordinal), Call.In(named, "the_bot")!.IsAddressed));
        Assert.Null(Call.In(named with { Entities = [new TextEntity { Type = "mention", Offset = 70, Length = 8 }] }, "the_bot"));
        Assert.Null(Call.In(named with { Entities = [new TextEntity { Type = "mention", Offset = -1, Length = int.MaxValue }] }, "the_bot"));
        Assert.Null(Call.In(named, ""));
    }

    [Fact]
    public void Buttons_come_back_as_they_went_and_fit_Telegram()
    {
        ButtonData[] all =
        [
            new(ButtonKind.Cancel, long.MaxValue.ToString(null, null)), new(ButtonKind.CancelAlbum, "4839574812/-1001234567890/123456789"), new(ButtonKind.CancelListed, "7"), new(ButtonKind.CancelAll),
            new(ButtonKind.TryScale, long.MaxValue.ToString(null, null), "2"), new(ButtonKind.Choose, "model", "a:model:with:dividers"), new(ButtonKind.Page, "main"),
            new(ButtonKind.Delete, ButtonData.Yes), new(ButtonKind.Broadcast, ButtonData.No),
        ];
        Assert.Equal(Enum.GetValues<ButtonKind>(), all.Select(data => data.Kind).Order());
        Assert.All(all, data => Assert.Equal((data, true), (ButtonData.Parse(data.ToString()), data.Fits)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("c")]
    [InlineData("c:")]
    [InlineData("c:1:2")]
    [InlineData("cc:1")]
    [InlineData("x:1")]
    [InlineData("x:1:")]
    [InlineData("zz:1")]
    [InlineData(":::")]
    [InlineData("ca:a\0b")]
    [InlineData("{\"job\":1}")]
    [InlineData("s:0123456789012345678901234567890123456789:012345678901234567890123")]
    public void Data_that_is_not_ours_is_nothing(string? data) => Assert.Null(ButtonData.Parse(data));

    [Fact]
    public void Half_a_character_is_nothing_that_a_database_takes() => Assert.Null(ButtonData.Parse("ca:a\ud800b"));

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("1e3")]
    [InlineData(" 1")]
    public void A_number_that_is_none_is_null(string text) => Assert.Null(new ButtonData(ButtonKind.Cancel, text).Number);

    [Fact]
    public void A_scale_that_is_not_offered_is_none() =>
        Assert.All(["1", "3", "1000000", "-2", "two"], text => Assert.Null(new ButtonData(ButtonKind.TryScale, "1", text).Scale));

    [Theory]
    [InlineData("image/png", "a.png", null)]
    [InlineData(null, "a.JPEG", null)]
    [InlineData("application/octet-stream", "a.heic", null)]
    [InlineData("image/heic", null, null)]
    [InlineData("image/svg+xml", "a.png", TextKey.UnsupportedFile)]
    [InlineData("application/pdf", "a.pdf", TextKey.UnsupportedFile)]
    [InlineData(null, null, TextKey.UnsupportedFile)]
    [InlineData(null, "png", TextKey.UnsupportedFile)]
    [InlineData("VIDEO/mp4", "a.png", TextKey.UnsupportedVideo)]
    public void A_file_is_taken_for_a_picture_by_what_Telegram_calls_it_or_by_its_name(string? mime, string? name, TextKey? whyNot)
    {
        var message = Message(null) with { Document = new Document { FileId = "f", MimeType = mime, FileName = name } };
        Assert.Equal(whyNot, IncomingPicture.WhyNot(message));
        Assert.Equal(whyNot is null, IncomingPicture.Of(message) is not null);
    }

    [Fact]
    public void A_name_with_folders_is_only_a_name()
    {
        var picture = IncomingPicture.Of(Message(null) with { Document = new Document { FileId = "f", MimeType = "image/png", FileName = "../../etc/passwd\u202Egnp.png" } })!;
        Assert.Equal(("passwdgnp.png", PictureKind.Document), (picture.Name, picture.Kind));
    }

    [Fact]
    public void A_request_is_kept_with_its_job_and_read_back()
    {
        var request = new PictureRequest { Chat = -5, Message = 7, Person = 3, FileId = "f", UniqueId = "u", Kind = PictureKind.Sticker, Language = Language.Russian, ReplyAs = ReplyAs.Both, Album = "a", Thread = 2, Bytes = 9 };
        var job = new Queue.Job { FrontEnd = PictureRequest.FrontEnd, Payload = request.ToPayload() };
        Assert.Equal(request, PictureRequest.Of(job));
        Assert.All(["", "{}", "[]", "null", "{\"chat\":\"x\"}"], payload => Assert.Null(PictureRequest.Of(job with { Payload = payload })));
        Assert.Null(PictureRequest.Of(job with { FrontEnd = "submit" }));
    }

    private static Message Message(string? text) => new() { MessageId = 1, Chat = new Chat { Id = 1, Type = "private" }, Text = text };
}
