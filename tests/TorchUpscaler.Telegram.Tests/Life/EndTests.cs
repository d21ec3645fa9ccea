using System.Reflection;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Ends that people bring about themselves: they erase everything, or delete the message that tells of it.</summary>
public sealed class EndTests
{
    [Fact]
    public async Task Who_erases_everything_while_a_picture_waits_reads_that_it_is_cancelled_in_their_language()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var anna = rig.Server.AddPerson("Анна", "ru");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        var status = await anna.Chat.WaitFor(message => message.Text?.Contains("Принято", StringComparison.Ordinal) == true);

        await EraseEverything(anna);

        await rig.WhenDone();
        Assert.Equal("✖️ Отменено", status.Text);
        Assert.Empty(rig.Store.List(null, null, 10));
    }

    [Fact]
    public async Task Who_erases_everything_while_a_picture_is_enlarged_gets_no_result()
    {
        await using var rig = await BotRig.Start();
        var anna = rig.Server.AddPerson("Анна", "ru");
        anna.SendDocument(TestPictures.Png(20, 10), "holds.png");
        var status = await anna.Chat.WaitFor(message => message.Text?.Contains("Увеличиваю", StringComparison.Ordinal) == true);

        await EraseEverything(anna);

        await rig.WhenDone();
        Assert.Equal("✖️ Отменено", status.Text);
        Assert.Empty(rig.Store.List(null, null, 10));
        // The worker goes on with what comes next.
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        Assert.Equal("cat_x4.png", (await anna.Chat.WaitFor(message => message.Document is not null)).Document!.Name);
    }

    [Fact]
    public async Task Who_erases_everything_while_a_result_is_on_its_way_is_forgotten_all_the_same()
    {
        var gate = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var rig = await BotRig.Start(rig => rig.Line = api => WaitingLine.Over(api, begun, gate.Task));
        var anna = rig.Server.AddPerson("Анна", "ru");
        anna.SendDocument(TestPictures.Png(20, 10), "cat.png");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));

        await EraseEverything(anna);
        gate.SetResult();

        await rig.WhenDone();
        Assert.Empty(rig.Store.List(null, null, 10));
        Assert.DoesNotContain(rig.Log, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_is_told_although_the_status_message_was_deleted()
    {
        await using var rig = await BotRig.Start(rig => rig.HasWorker = false);
        var anna = rig.Server.AddPerson("Anna");
        anna.SendDocument(TestPictures.Png(20, 10), "holds and fails.png");
        anna.Delete(await anna.Chat.WaitFor(message => message.Text?.Contains("Accepted", StringComparison.Ordinal) == true));
        await rig.StopBot();
        rig.HasWorker = true;
        await rig.StartBot();
        await BotRig.Until(() => rig.Server.Calls.Any(call => call is { Method: "editMessageText", Status: 400 }), "the bot finds that it is gone");

        rig.Release.Set();

        await anna.Chat.WaitFor(message => message.Text?.Contains("It did not work", StringComparison.Ordinal) == true);
        await rig.WhenDone();
        Assert.Single(anna.Chat.FromBot);
    }

    private static async Task EraseEverything(Person person)
    {
        person.SendText("/delete");
        var yes = Speech.In(Language.Russian).Plain(TextKey.ButtonDelete);
        var question = await person.Chat.WaitFor(message => message.Buttons.Any(row => row.Contains(yes)));
        await person.PressButton(question, yes).Answer.WaitAsync(TimeSpan.FromSeconds(30));
    }
}

/// <summary>A line on which files wait.</summary>
#pragma warning disable CA1852 // the proxy derives from it
internal class WaitingLine : DispatchProxy
#pragma warning restore CA1852
{
    private IBotApi _api = null!;
    private TaskCompletionSource _begun = null!;
    private Task _gate = null!;

    internal static IBotApi Over(IBotApi api, TaskCompletionSource begun, Task gate)
    {
        var proxy = Create<IBotApi, WaitingLine>();
        var line = (WaitingLine)(object)proxy;
        (line._api, line._begun, line._gate) = (api, begun, gate);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        args![0] is FileMessage message ? Wait(message, (CancellationToken)args[1]!) : targetMethod!.Invoke(_api, args);

    private async Task<Message> Wait(FileMessage message, CancellationToken cancellation)
    {
        _begun.TrySetResult();
        await _gate;
        return await _api.SendDocument(message, cancellation);
    }
}
