using Microsoft.Data.Sqlite;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;
using Person = TorchUpscaler.BotServer.World.Person;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>What people send who mean no good, and what goes wrong on the way: nothing breaks, and nobody reaches what is another's.</summary>
public sealed class HostileTests : IAsyncLifetime
{
    private static readonly Speech s_english = Speech.In(Language.English);

    private TalkRig _rig = null!;
    private Person _anna = null!, _berta = null!;

    public async Task InitializeAsync()
    {
        _rig = await TalkRig.Start(new TalkOptions { Models = () => ["x4plus"], Admins = new HashSet<long> { 77 } });
        (_anna, _berta) = (_rig.Server.AddPerson("Anna"), _rig.Server.AddPerson("Berta"));
    }

    public Task DisposeAsync() => _rig.DisposeAsync().AsTask();

    [Theory]
    [InlineData("nonsense")]
    [InlineData("c:999")]
    [InlineData("cl:999")]
    [InlineData("c:0")]
    [InlineData("ca:1/2/3")]
    [InlineData("x:999:2")]
    [InlineData("x:1:3")]
    [InlineData("s:scale:3")]
    [InlineData("s:scale:99999999999")]
    [InlineData("s:model:../../etc/passwd")]
    [InlineData("s:reply:1")]
    [InlineData("s:format:Png, Jpeg")]
    [InlineData("s:lang:de")]
    [InlineData("s:banned:no")]
    [InlineData("p:nowhere")]
    [InlineData("d:maybe")]
    [InlineData("b:yes")]
    public async Task A_button_that_was_never_there_is_answered_with_a_note_and_does_nothing(string data)
    {
        await _rig.Write(_anna, "/settings");
        var before = _rig.Data.People.Find(_anna.Id);
        var press = _anna.PressRaw(_anna.Chat.Messages[^1], data);
        await _rig.Settle();
        Assert.NotNull((await press.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Text);
        Assert.Equal(before, _rig.Data.People.Find(_anna.Id));
        Assert.Empty(_rig.Data.Outbox.Due(10));
    }

    [Fact]
    public async Task Nobody_cancels_or_repeats_anothers_picture()
    {
        await _rig.Then(() => _anna.SendAlbum([TestPictures.Png(20, 20), TestPictures.Png(30, 30)]));
        var (job, status) = (_rig.Jobs(_anna)[0], _rig.Data.Statuses.Of(_rig.Jobs(_anna)[0].Id)!);
        await _rig.Write(_berta, "/help");
        foreach (var data in (string[])[$"c:{job.Id}", $"cl:{job.Id}", $"ca:{status.Key}", $"x:{job.Id}:2", "cc"])
        {
            _berta.PressRaw(_berta.Chat.FromBot[0], data);
            await _rig.Settle();
        }
        Assert.All(_rig.Jobs(_anna), job => Assert.Equal(JobState.Received, job.State));
        Assert.Equal(2, _rig.Store.List(null, null, 100).Count);

        // The same with another's failed picture, and with a job of another front end.
        _rig.Store.Fail(_rig.Store.ClaimReceived(PictureRequest.FrontEnd)!.Claim, "why", isFinal: true);
        var foreign = _rig.Store.Receive(new NewJob("submit", PictureRequest.QueueName(_berta.Id), "own.png"));
        _berta.PressRaw(_berta.Chat.FromBot[0], $"x:{job.Id}:2");
        _berta.PressRaw(_berta.Chat.FromBot[0], $"c:{foreign}");
        await _rig.Settle();
        Assert.Equal(3, _rig.Store.List(null, null, 100).Count);
        Assert.Equal(JobState.Received, _rig.Store.Find(foreign)!.State);
    }

    [Fact]
    public async Task The_buttons_of_a_private_dialog_work_in_no_other_chat()
    {
        var group = _rig.Server.AddGroup("Holiday", _anna, _berta);
        await _rig.Then(() => group.SendText(_anna, "/upscale"));
        var message = group.FromBot[0];
        foreach (var data in (string[])["s:scale:8", "p:main", "cc", "d:yes", "b:yes"])
        {
            var press = _anna.PressRaw(message, data);
            await _rig.Settle();
            Assert.Equal(s_english.Plain(TextKey.NoteOldButton), (await press.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Text);
        }
        Assert.Equal(0, message.Edits);
        Assert.Null(_rig.Data.People.Find(_anna.Id)!.Scale);
    }

    [Fact]
    public async Task A_press_on_a_message_that_is_gone_does_its_work_all_the_same()
    {
        await _rig.Write(_anna, "/settings");
        var settings = _anna.Chat.FromBot[0];
        _anna.Delete(settings);
        var press = _anna.PressRaw(settings, "s:scale:8");
        await _rig.Settle();
        Assert.Equal("Saved", (await press.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Text);
        Assert.Equal(8, _rig.Data.People.Find(_anna.Id)!.Scale);
    }

    [Fact]
    public async Task Those_who_are_not_administrators_have_no_such_commands()
    {
        foreach (var command in (string[])["/stats", "/ban 5", "/unban 5", "/vip 5", "/unvip 5", "/pause", "/resume", "/broadcast hello"])
        {
            await _rig.Write(_anna, command);
            Assert.Equal(s_english.Plain(TextKey.UnknownCommand), _anna.Chat.FromBot[^1].Text);
        }
        Assert.False(_rig.Data.Flags.IsPaused);
        Assert.Null(_rig.Data.People.Find(5));
        var group = _rig.Server.AddGroup("Holiday", _anna, _berta);
        var said = group.SendText(_berta, "hello");
        await _rig.Then(() => group.SendText(_anna, $"/ban@{_rig.Server.Username}", said));
        Assert.Empty(group.FromBot);
        Assert.Null(_rig.Data.People.Find(_berta.Id));
    }

    [Fact]
    public async Task An_administrator_bans_in_a_group_by_a_message_only_where_the_bot_is_named()
    {
        _rig.Talk(new TalkOptions { Admins = new HashSet<long> { _anna.Id } });
        var group = _rig.Server.AddGroup("Holiday", _anna, _berta);
        var rude = group.SendText(_berta, "rude");
        await _rig.Then(() => group.SendText(_anna, "/ban", rude)); // another bot's, perhaps
        Assert.Null(_rig.Data.People.Find(_berta.Id));
        await _rig.Then(() => group.SendText(_anna, $"/ban@{_rig.Server.Username}", rude));
        Assert.True(_rig.Data.People.Find(_berta.Id)!.IsBanned);
    }

    [Fact]
    public async Task The_same_update_twice_makes_one_job_and_counts_once()
    {
        _rig.Talk(new TalkOptions { Quotas = [new Quota(2, TimeSpan.FromDays(1))] });
        _anna.SendDocument(TestPictures.Png(20, 20), "cat.png");
        var updates = await _rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None);
        for (var i = 0; i < 3; i++) await _rig.Conversation.Handle(updates, CancellationToken.None);
        Assert.Single(_rig.Jobs(_anna));
        Assert.Single(_rig.Data.Statuses.Photos(_rig.Data.Statuses.Of(_rig.Jobs(_anna)[0].Id)!.Key));
        Assert.Null(_rig.Data.Uses.Take(_anna.Id, ["another"], [new Quota(2, TimeSpan.FromDays(1))], _rig.Clock.GetUtcNow()));
        Assert.Empty(_anna.Chat.FromBot);
    }

    [Fact]
    public async Task An_album_that_was_broken_off_half_way_is_completed()
    {
        _anna.SendAlbum([.. Enumerable.Range(0, 4).Select(i => TestPictures.Png(20, 20, i))]);
        var updates = await _rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None);
        var first = updates[0].Message!;
        var key = $"{_rig.Me.Id}/{_anna.Id}/{first.MessageId}";
        _rig.Data.Statuses.Add(new StatusMessage { Key = key, Person = _anna.Id, Chat = _anna.Id, Count = 3 }); // three were counted before the crash
        await _rig.Conversation.Handle(updates, CancellationToken.None);
        Assert.Equal(3, _rig.Jobs(_anna).Count);
        Assert.Equal([0, 1, 2], _rig.Data.Statuses.Photos(key).Select(photo => photo.Item));
        Assert.All(_rig.Jobs(_anna), job => Assert.Equal(key, PictureRequest.Of(job)!.Album));
    }

    [Fact]
    public async Task Whoever_has_blocked_the_bot_is_noted_and_comes_back()
    {
        await _rig.Write(_anna, "/help");
        await _rig.Then(_anna.BlockBot);
        Assert.True(_rig.Data.People.Find(_anna.Id)!.HasBlocked);
        await _rig.Then(_anna.UnblockBot);
        Assert.False(_rig.Data.People.Find(_anna.Id)!.HasBlocked);

        _anna.SendText("/help");
        _anna.BlockBot();
        await _rig.Settle(); // the answer is refused: no failure
        Assert.True(_rig.Data.People.Find(_anna.Id)!.HasBlocked);
    }

    [Fact]
    public async Task A_group_that_moves_takes_its_status_messages_along()
    {
        var group = _rig.Server.AddGroup("Holiday", _anna);
        await _rig.Then(() => group.SendPhoto(_anna, TestPictures.Png(20, 20), $"@{_rig.Server.Username}"));
        var status = _rig.Data.Statuses.Of(_rig.Jobs(_anna)[0].Id)!;
        await _rig.Then(() => group.Migrate(-1001234567890));
        Assert.Equal(-1001234567890, _rig.Data.Statuses.Find(status.Key)!.Chat);
    }

    [Fact]
    public async Task A_group_on_the_list_lets_its_members_in_and_no_other_does()
    {
        var (home, away) = (_rig.Server.AddGroup("Home", _anna), _rig.Server.AddGroup("Away", _anna));
        _rig.Talk(new TalkOptions { Allowed = new HashSet<long> { home.Id } });
        await _rig.Then(() => home.SendPhoto(_anna, TestPictures.Png(20, 20), $"@{_rig.Server.Username}"));
        Assert.Single(_rig.Jobs(_anna));
        await _rig.Then(() => away.SendPhoto(_anna, TestPictures.Png(20, 20), $"@{_rig.Server.Username}"));
        await _rig.Then(() => away.SendText(_anna, "/upscale"));
        await _rig.Then(() => _anna.SendPhoto(TestPictures.Png(20, 20)));
        Assert.Single(_rig.Jobs(_anna));
        Assert.Empty(away.FromBot);
        Assert.Contains(_anna.Id.ToString(null, null), _anna.Chat.FromBot[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"update_id":ID}""")]
    [InlineData("""{"update_id":ID,"message":null}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":1,"type":"private"}}}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":-9,"type":"channel"},"text":"/start"}}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":-9,"type":"channel"},"from":{"id":5},"text":"/start"}}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5,"is_bot":true},"text":"/start"}}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5},"photo":[]}}""")]
    [InlineData("""{"update_id":ID,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"/start","entities":[{"type":"mention","offset":-5,"length":99}]}}""")]
    [InlineData("""{"update_id":ID,"callback_query":{"id":"1","from":{"id":5}}}""")]
    [InlineData("""{"update_id":ID,"callback_query":{"id":"1","from":{"id":5},"data":"d:yes"}}""")]
    [InlineData("""{"update_id":ID,"callback_query":{"id":"1","from":{"id":5},"data":"d:yes","message":{"message_id":0,"chat":{"id":5,"type":"private"},"date":0}}}""")]
    [InlineData("""{"update_id":ID,"my_chat_member":{"chat":{"id":-9,"type":"group"},"from":{"id":5},"date":1,"new_chat_member":{"user":{"id":1},"status":"kicked"}}}""")]
    public async Task A_strange_update_breaks_nothing(string json)
    {
        await _rig.Then(() => _rig.Server.AddRawUpdate(id => json.Replace("ID", id.ToString(null, null), StringComparison.Ordinal)));
        await _rig.Write(_anna, "/queue");
        Assert.Equal(s_english.Plain(TextKey.QueueEmpty), _anna.Chat.FromBot[^1].Text);
    }

    [Fact]
    public async Task An_enormous_text_and_a_file_of_a_terrible_name_are_taken_for_what_they_are()
    {
        await _rig.Write(_anna, new string('я', 4096));
        Assert.Equal(s_english.Plain(TextKey.SendMeAPicture), _anna.Chat.FromBot[^1].Text);
        await _rig.Then(() => _anna.SendDocument(TestPictures.Png(20, 20), "../../../" + new string('x', 3000) + "\u0000\u202E*[a](b)`.png", new string('x', 1024)));
        var job = Assert.Single(_rig.Jobs(_anna));
        Assert.InRange(job.Name.Length, 1, FileNames.MaximumLength);
        await _rig.Write(_anna, "/queue");
        Assert.Contains("1. xxxxx", _anna.Chat.FromBot[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outages_of_Telegram_and_of_the_store_are_the_callers_to_wait_out()
    {
        _anna.SendText("/help");
        var updates = await _rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None);
        _rig.Server.Faults.Set(BotServer.Fault.ServerError, 1);
        var outage = await Assert.ThrowsAsync<BotApiException>(() => _rig.Conversation.Handle(updates, CancellationToken.None));
        Assert.True(outage.IsTransient);
        _rig.Server.Faults.Clear();
        await _rig.Conversation.Handle(updates, CancellationToken.None);
        Assert.Single(_anna.Chat.FromBot);
    }

    [Fact]
    public async Task What_somebody_wrote_and_could_not_be_handled_is_erased_with_all_else()
    {
        _anna.SendText("my secret");
        _berta.SendText("her secret");
        _rig.Data.Updates.Add(await _rig.Api.GetUpdates(0, TimeSpan.Zero, 10, CancellationToken.None));
        _rig.Data.Updates.Fail(_rig.Data.Updates.Read(0, 10).Select(update => update.Number));
        await _rig.Settle();
        await _rig.Write(_anna, "/delete");
        await _rig.Press(_anna, s_english.Plain(TextKey.ButtonDelete));

        using var database = new SqliteConnection($"Data Source={Path.Combine(_rig.StoreFolder, "queue.db")}");
        database.Open();
        using var kept = database.CreateCommand();
        kept.CommandText = "SELECT group_concat(json) FROM bot_update";
        var json = (string)(await kept.ExecuteScalarAsync())!;
        Assert.DoesNotContain("my secret", json, StringComparison.Ordinal);
        Assert.Contains("her secret", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_are_shown_by_language_and_to_administrators_their_own()
    {
        await CommandMenu.Register(_rig.Api, _rig.Data.Flags, [_anna.Id, 123456], CancellationToken.None);
        var commands = _rig.Server.Commands;
        Assert.Equal("/settings - Size, model, format, language", commands[("all_private_chats", "")][2]);
        Assert.Equal("/settings - Размер, модель, формат, язык", commands[("all_private_chats", "ru")][2]);
        Assert.Equal(["/upscale - Увеличить картинку, на которую вы отвечаете"], commands[("all_group_chats", "ru")]);
        Assert.Contains("/ban - Shut somebody out", commands[($"chat {_anna.Id}", "")]);
        Assert.DoesNotContain(commands[("all_private_chats", "")], command => command.StartsWith("/ban", StringComparison.Ordinal));

        // Berta runs it now; Anna is shown what everybody is.
        await CommandMenu.Register(_rig.Api, _rig.Data.Flags, [_berta.Id], CancellationToken.None);
        Assert.Equal([$"chat {_berta.Id}"], _rig.Server.Commands.Keys.Select(place => place.Scope).Where(scope => scope.StartsWith("chat", StringComparison.Ordinal)).Distinct());
        await CommandMenu.Register(_rig.Api, _rig.Data.Flags, [], CancellationToken.None);
        Assert.DoesNotContain(_rig.Server.Commands.Keys, place => place.Scope.StartsWith("chat", StringComparison.Ordinal));
    }
}
