using Microsoft.Extensions.Time.Testing;
using TorchUpscaler.BotServer;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Sending;
using TorchUpscaler.Telegram.Talk;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>
/// The conversation against a Bot API server, with a store of its own and nobody who works: a test sets jobs forward through the
/// store.
/// </summary>
internal sealed class TalkRig : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly List<(ServerChat Chat, int At, string Text)> _remarks = [];
    private long _offset;

    private TalkRig(BotApiServer server) => Server = server;

    internal BotApiServer Server { get; }

    internal FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal IBotApi Api { get; private set; } = null!;

    internal SendScheduler Sender { get; private set; } = null!;

    internal IJobStore Store { get; private set; } = null!;

    internal BotData Data { get; private set; } = null!;

    internal Conversation Conversation { get; private set; } = null!;

    internal User Me { get; private set; } = null!;

    /// <summary>Where the store is.</summary>
    internal string StoreFolder => Path.Combine(_folder.Root, "queue");

    /// <summary>Whether pictures have been made before, and are answered so.</summary>
    internal bool IsRepeat { get; set; }

    internal static async Task<TalkRig> Start(TalkOptions? options = null)
    {
        var rig = new TalkRig(await BotApiServer.Start());
        rig.Api = new BotClient(new BotApiOptions { Token = rig.Server.Token, ApiBaseUrl = rig.Server.Address, RetryDelay = TimeSpan.FromMilliseconds(1), Retries = 1 });
        var fast = new SendRate(10_000, TimeSpan.FromMilliseconds(1));
        rig.Sender = new SendScheduler(rig.Api, new SendLimits { Chat = fast, Group = fast, All = fast });
        rig.Store = JobStores.Open(rig.StoreFolder, rig._folder.Root, new QueueOptions { SecondsPerMegapixel = 100 }, rig.Clock);
        rig.Me = await rig.Api.GetMe(None);
        rig.Data = BotData.Open(rig.Store, rig.Me.Id);
        rig.Talk(options ?? new TalkOptions());
        return rig;
    }

    /// <summary>The conversation anew, with these options.</summary>
    internal void Talk(TalkOptions options) => Conversation = new Conversation(Me, Store, Data, Sender, options, (_, _, _, _, _) => Task.FromResult(IsRepeat), Clock);

    /// <summary>Has all updates handled that wait: those of an album together, as the intake does.</summary>
    internal async Task Settle()
    {
        while (await Api.GetUpdates(_offset, TimeSpan.Zero, 100, None) is { Count: > 0 } updates)
        {
            _offset = updates[^1].Id + 1;
            for (var i = 0; i < updates.Count;)
            {
                var album = updates[i].Message?.MediaGroupId;
                var together = updates.Skip(i).TakeWhile((update, j) => j == 0 || album is not null && update.Message?.MediaGroupId == album).ToList();
                await Conversation.Handle(together, None);
                i += together.Count;
            }
        }
    }

    /// <summary>Somebody writes, and the bot has answered.</summary>
    internal Task Write(Person person, string text) => Then(() => person.SendText(text));

    /// <summary>Somebody does something, and the bot has reacted.</summary>
    internal Task Then(Action act)
    {
        act();
        return Settle();
    }

    /// <summary>Somebody presses a button of the bot's last message that has it, and the bot has reacted.</summary>
    /// <returns>The note, or null.</returns>
    internal async Task<string?> Press(Person person, string button, ServerChat? chat = null)
    {
        var message = (chat ?? person.Chat).FromBot.Last(message => message.Buttons.Any(row => row.Contains(button)));
        var press = person.PressButton(message, button);
        await Settle();
        return (await press.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Text;
    }

    /// <summary>An update of this JSON: a message of a person with these members.</summary>
    internal Task Raw(Person person, string members) => Then(() => Server.AddRawUpdate(id =>
        $$"""{"update_id":{{id}}, "message":{"message_id":{{900 + id % 1000}}, "date":1, {{members}}, "chat":{"id":{{person.Id}}, "type":"private"}, "from":{"id":{{person.Id}}, "first_name":"x", "language_code":"{{person.Language}}"} } }"""));

    /// <summary>The jobs of a person, the oldest first.</summary>
    internal List<Job> Jobs(Person person) => [.. Store.List(null, PictureRequest.QueueName(person.Id), 1000).Reverse()];

    /// <summary>Fetches what has been received, and queues it.</summary>
    internal void Fetch(int width = 400, int height = 300)
    {
        while (Store.ClaimReceived(PictureRequest.FrontEnd) is { } job)
            Assert.True(Store.Accept(job.Claim, new CheckedPicture(width, height, ".png", "x4plus"), new MemoryStream([1, 2, 3])));
    }

    /// <summary>Finishes a job that is worked on.</summary>
    internal void Finish(Job job, double seconds = 3.2)
    {
        var path = Path.Combine(Store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(path, [4, 5, 6]);
        var scale = job.Scale ?? 4;
        Assert.True(Store.Finish(job.Claim, new FinishedPicture(path, job.Width * scale, job.Height * scale, "x4plus", null, seconds)));
    }

    /// <summary>The sender has the result.</summary>
    internal void Deliver(long id) => Assert.True(Store.Told(Store.ClaimDelivery(id)!.Claim));

    /// <summary>Says in the transcript of a chat what cannot be seen in it.</summary>
    internal void Remark(ServerChat chat, string text) => _remarks.Add((chat, chat.History().Length, text));

    /// <summary>All that happened in a chat, with the remarks.</summary>
    internal string Transcript(ServerChat chat)
    {
        var history = chat.History();
        foreach (var (_, at, text) in _remarks.Where(remark => remark.Chat == chat).Reverse()) history = history.Insert(at, $"# {text}\n");
        return history;
    }

    public async ValueTask DisposeAsync()
    {
        await Sender.DisposeAsync();
        Api.Dispose();
        Store.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
