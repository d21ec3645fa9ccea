using System.Security.Cryptography;
using TorchUpscaler.BotServer;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Contract;

/// <summary>How files go and come.</summary>
public abstract class FileContract : BotApiContract
{
    [Fact]
    public async Task A_document_arrives_as_it_is_under_its_name()
    {
        var anna = Server.AddPerson("Anna");
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var sent = await Api.SendDocument(FileOf(anna.Id, bytes, "../кот \"1\".png") with { Caption = FormattedText.Bold("done"), Keyboard = InlineKeyboard.Row(InlineButton.Press("Again", "a")) }, None);
        Assert.Equal(("кот 1.png", 300_000L, "done"), (sent.Document!.FileName, sent.Document.FileSize, sent.Caption));
        Assert.Equal("bold", Assert.Single(sent.CaptionEntities!).Type);
        Assert.Equal(bytes, anna.Chat.Messages[0].Document!.Bytes);
        Assert.Equal("#1 bot: <document кот 1.png> done\n   [Again]\n", anna.Chat.Screen());
    }

    [Fact]
    public async Task A_file_that_Telegram_has_is_sent_again_by_its_id()
    {
        var anna = Server.AddPerson("Anna");
        var document = await Api.SendDocument(FileOf(anna.Id, TestPictures.Png(30, 20)), None);
        var photo = await Api.SendPhoto(FileOf(anna.Id, TestPictures.Png(40, 20)), None);
        await Api.SendDocument(new FileMessage { Chat = anna.Id, File = OutgoingFile.Known(document.Document!.FileId) }, None);
        await Api.SendPhoto(new FileMessage { Chat = anna.Id, File = OutgoingFile.Known(photo.LargestPhoto!.FileId) }, None);
        Assert.Equal("#1 bot: <document cat_x4.png 30×20>\n#2 bot: <photo 40×20>\n#3 bot: <document cat_x4.png 30×20>\n#4 bot: <photo 40×20>\n", anna.Chat.Screen());
        await Fails(BotError.WrongFile, () => Api.SendDocument(new FileMessage { Chat = anna.Id, File = OutgoingFile.Known("nonsense") }, None));
    }

    [Fact]
    public async Task Albums_of_photos_and_of_documents_arrive_whole()
    {
        var anna = Server.AddPerson("Anna");
        AlbumItem[] items = [.. Enumerable.Range(1, 3).Select(i => new AlbumItem(FileOf(anna.Id, TestPictures.Png(10 * i, 20), $"{i}.png").File, i == 3 ? "all" : ""))];
        var documents = await Api.SendMediaGroup(new AlbumMessage { Chat = anna.Id, Items = items }, None);
        var photos = await Api.SendMediaGroup(new AlbumMessage { Chat = anna.Id, Items = items, ArePhotos = true, ReplyTo = 1 }, None);
        Assert.Equal(["1.png", "2.png", "3.png"], documents.Select(message => message.Document!.FileName));
        Assert.Single(documents.Select(message => message.MediaGroupId).Distinct());
        Assert.Equal([10, 20, 30], photos.Select(message => message.LargestPhoto!.Width));

        AlbumItem[] again = [.. documents.Select(message => new AlbumItem(OutgoingFile.Known(message.Document!.FileId), FormattedText.Empty))];
        await Api.SendMediaGroup(new AlbumMessage { Chat = anna.Id, Items = again }, None);
        Assert.Equal(9, anna.Chat.Messages.Count);
        Assert.Equal(anna.Chat.Messages[2].Document!.Sha256, anna.Chat.Messages[8].Document!.Sha256);
    }

    [Fact]
    public async Task A_picture_that_is_no_photo_to_Telegram_is_refused_by_name()
    {
        var anna = Server.AddPerson("Anna");
        await Fails(BotError.PhotoRefused, () => Api.SendPhoto(FileOf(anna.Id, TestPictures.Png(2100, 100)), None));
        await Fails(BotError.PhotoRefused, () => Api.SendPhoto(FileOf(anna.Id, TestPictures.Png(9000, 1001)), None));
        await Fails(BotError.PhotoRefused, () => Api.SendPhoto(FileOf(anna.Id, "no picture"u8.ToArray()), None));
        await Fails(BotError.FileTooBig, () => Api.SendPhoto(FileOf(anna.Id, [.. TestPictures.Png(30, 30), .. new byte[10 << 20]]), None));
        Assert.Empty(anna.Chat.Messages);
    }

    [Fact]
    public async Task An_upload_beyond_50_MB_is_refused_by_name()
    {
        var anna = Server.AddPerson("Anna");
        await Fails(BotError.FileTooBig, () => Api.SendDocument(FileOf(anna.Id, new byte[(50 << 20) + 1]), None));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_the_callers_matter()
    {
        var message = new FileMessage { Chat = 1, File = OutgoingFile.At(Path.Combine(Folder.Root, "none"), "none.png") };
        await Assert.ThrowsAnyAsync<IOException>(() => Api.SendDocument(message, None));
    }

    [Fact]
    public async Task A_photo_from_a_person_is_fetched_byte_for_byte()
    {
        var anna = Server.AddPerson("Anna");
        var photo = anna.SendPhoto(TestPictures.Png(700, 400));
        var largest = (await Api.GetUpdates(0, TimeSpan.Zero, 100, None))[0].Message!.LargestPhoto!;
        var file = await Api.GetFile(largest.FileId, None);
        using var copy = new MemoryStream();
        Assert.Equal(photo.Photo[^1].Size, await Api.Download(file, copy, 1 << 20, None));
        Assert.Equal(photo.Photo[^1].Bytes, copy.ToArray());
    }

    [Fact]
    public async Task A_file_too_big_for_Telegram_or_for_the_caller_is_refused_by_name()
    {
        var anna = Server.AddPerson("Anna");
        var big = anna.SendDocument(new byte[(20 << 20) + 1], "big.png").Document!;
        await Fails(BotError.FileTooBig, () => Api.GetFile(big.Id, None));
        var file = await Api.GetFile(anna.SendDocument(new byte[1000], "small.png").Document!.Id, None);
        using var copy = new MemoryStream();
        await Fails(BotError.FileTooBig, () => Api.Download(file, copy, 999, None));
        // A size that is not announced, or wrong, opens no door.
        await Fails(BotError.FileTooBig, () => Api.Download(file with { FileSize = null }, copy, 999, None));
        await Fails(BotError.WrongFile, () => Api.GetFile("nonsense", None));
    }

    [Fact]
    public async Task A_local_server_hands_out_files_by_path_and_only_from_its_folder()
    {
        await using var local = await BotApiServer.Start(new BotServerOptions { IsLocal = true });
        using var api = Create(Options(local) with { LocalFilesRoot = local.Folder });
        var bytes = new byte[(20 << 20) + 1];
        var file = await api.GetFile(local.AddPerson("Anna").SendDocument(bytes, "big.png").Document!.Id, None);
        Assert.True(Path.IsPathRooted(file.FilePath));
        using var copy = new MemoryStream();
        Assert.Equal(bytes.Length, await api.Download(file, copy, 30 << 20, None));

        var secret = Folder.Write("secret", [1, 2, 3]);
        var link = Path.Combine(local.Folder, "link");
        File.CreateSymbolicLink(link, secret);
        await Fails(BotError.WrongFile, () => api.Download(file with { FilePath = $"{local.Folder}/none" }, copy, 30 << 20, None));
        // Not the file's fault: the operator has named another folder than the server has, or none.
        foreach (var path in new[] { secret, link, $"{local.Folder}/../{Path.GetFileName(Folder.Root)}/secret", local.Folder })
            await Fails(BotError.Unavailable, () => api.Download(file with { FilePath = path, FileSize = null }, copy, 1 << 20, None));
        await Fails(BotError.Unavailable, () => Api.Download(file, copy, 30 << 20, None)); // no folder is set there
        using var elsewhere = Create(Options(local) with { LocalFilesRoot = Path.Combine(Folder.Root, "none") });
        Assert.Contains("LocalFilesRoot", (await Fails(BotError.Unavailable, () => elsewhere.Download(file, copy, 30 << 20, None))).Message, StringComparison.Ordinal);
        Assert.Equal(bytes.Length, copy.Length);
    }
}
