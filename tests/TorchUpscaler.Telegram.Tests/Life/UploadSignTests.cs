using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>While a result goes up, its chat shows so.</summary>
public sealed class UploadSignTests
{
    [Fact]
    public async Task Whoever_waits_sees_that_a_file_or_a_photo_is_being_sent()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Anna");
        // Without a status message nothing else is sent meanwhile that the sign would have to wait for.
        var request = new PictureRequest { Chat = anna.Id, Message = 1, Person = anna.Id, FileId = "f", ReplyAs = ReplyAs.Both };
        var job = new NewJob(PictureRequest.FrontEnd, PictureRequest.QueueName(anna.Id), "cat.png") { Scale = 2, Payload = request.ToPayload() };
        rig.Store.Submit(job, new CheckedPicture(20, 10, ".png", "x"), new MemoryStream(TestPictures.Png(20, 10)));

        await anna.Chat.WaitFor(message => message.Document is not null);

        await BotRig.Until(() => anna.Chat.Actions.Count == 2, "both have been shown");
        Assert.Equal(["upload_document", "upload_photo"], anna.Chat.Actions.Keys.Order());
    }
}
