using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TorchUpscaler.App.Tests.Pictures;
using TorchUpscaler.BotServer;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests;

namespace TorchUpscaler.App.Tests.Bot;

/// <summary>The bot as a process, with the real engine: what people get, how it is watched, how it ends, and what a crash changes.</summary>
[Collection(BotProgramTests.Name)]
public sealed partial class BotTests(TinyModels models)
{
    private static readonly HttpClient s_client = new() { Timeout = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Somebody_starts_the_bot_and_gets_a_picture_enlarged_as_upscale_does_it()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var (picture, result) = bench.Picture(33, 21);
        var bot = bench.StartBot();
        var anna = bench.Server.AddPerson("Anna", "ru");

        anna.SendText("/start");
        var greeting = await anna.Chat.WaitFor(message => message.Photo.Count > 0);
        Assert.Contains("нейросет", greeting.Caption, StringComparison.Ordinal);
        var sent = anna.SendDocument(picture, "кот.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(("кот_x4.png", sent.Id), (document.Document!.Name, document.ReplyTo!.Id));
        Assert.Equal(result, document.Document.Bytes);
        await anna.Chat.WaitFor(message => message.Text?.Contains("Готово", StringComparison.Ordinal) == true);
        Assert.Contains(bench.Server.Commands.Keys, key => key.Language == "ru");

        var address = Address().Match(bot.Said).Value;
        Assert.Contains("\"ok\"", await s_client.GetStringAsync(new Uri(address + "/healthz")), StringComparison.Ordinal);
        var metrics = await s_client.GetStringAsync(new Uri(address + "/metrics"));
        Assert.Contains("torchupscaler_bot_delivered_total{outcome=\"upscaled\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("torchupscaler_bot_updates_total{outcome=\"done\"} 2", metrics, StringComparison.Ordinal);

        var took = Stopwatch.StartNew();
        bot.Signal("TERM");
        await bench.Until(() => !bot.IsRunning, "it has ended");
        Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(0, bot.ExitCode);
        Assert.Contains("Stopped", bot.Said, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Server.Token[11..], bot.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    public async Task The_place_where_a_photo_was_taken_is_not_sent_back(string format)
    {
        await using var bench = await BotBench.Start(models.Folder);
        using var here = new Workplace();
        var picture = here.Picture("cat." + format);
        Exiftool.Set(picture, "-EXIF:Make=A maker", "-GPSLatitude=55.75", "-GPSLatitudeRef=N", "-GPSLongitude=37.61", "-GPSLongitudeRef=E", "-XMP:GPSLatitude=55.75");
        Assert.Contains("GPS:GPSLatitude", Exiftool.Tags(picture).Keys);
        bench.StartBot();
        var anna = bench.Server.AddPerson("Anna");
        anna.SendDocument(File.ReadAllBytes(picture), "cat." + format, caption: format);

        var result = await anna.Chat.WaitFor(message => message.Document is not null);

        var path = here.PathOf("result." + format);
        File.WriteAllBytes(path, result.Document!.Bytes);
        var tags = Exiftool.Tags(path);
        Assert.Equal("A maker", tags["IFD0:Make"]);
        Assert.DoesNotContain(tags.Keys, key => key.Contains("GPS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_process_waits_and_takes_over_when_the_first_is_killed()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var first = bench.StartBot("--no-worker");
        await bench.Server.WhenPolled();
        var second = bench.StartBot();
        await bench.Until(() => second.Said.Contains("talks for this bot; this process waits", StringComparison.Ordinal), "the second one says that it waits");

        first.Kill();
        var anna = bench.Server.AddPerson("Anna");
        anna.SendDocument(bench.Picture(20, 12).Picture, "cat.png");

        await anna.Chat.WaitFor(message => message.Document is not null);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task Killed_at_random_moments_it_answers_every_photo(string store) => KillAtRandom(store, people: 4, photosEach: 3, kills: 3, seed: 5);

    [Fact]
    public async Task Killed_at_random_moments_it_brings_albums_and_photos_and_what_was_cancelled_does_not_come()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var random = new Random(7);
        var (picture, result) = bench.Picture(20, 12);
        var anna = bench.Server.AddPerson("Anna");
        var album = anna.SendAlbum([("a.png", picture), ("b.png", picture), ("c.png", picture)]);
        var photo = anna.SendPhoto(picture);
        var unwanted = anna.SendDocument(bench.Picture(24, 12).Picture, "unwanted.png");
        for (var kill = 0; kill < 4; kill++)
        {
            var bot = bench.StartBot("--no-worker");
            await bench.Server.WhenPolled();
            if (kill == 2)
            {
                var status = await anna.Chat.WaitFor(message => message.ReplyTo?.Id == unwanted.Id && message.Buttons.Count > 0);
                _ = anna.PressButton(status, "Cancel");
                await bench.Until(() => bench.Store.List(JobState.Cancelled, null, 1).Count == 1, "it is cancelled");
            }
            await Task.Delay(random.Next(1500));
            bot.Kill();
        }
        var working = bench.StartBot();
        await bench.Until(() => ResultsOf(anna).Count > 0, "the first result is there");
        working.Kill();
        bench.StartBot();

        await bench.Until(() => bench.Store.List(null, null, 10).All(job => job.ToldAt is not null), "all have been told");
        Assert.Equal([.. Enumerable.Repeat(JobState.Delivered, 4), JobState.Cancelled], bench.Store.List(null, null, 10).Select(job => job.State).Order());
        int[] answered = [.. ResultsOf(anna).Select(document => document.ReplyTo!.Id).Distinct().Order()];
        Assert.Equal([album[0].Id, photo.Id], answered); // an album answers its first message
        var results = ResultsOf(anna);
        Assert.Equal(0, results.Count(document => document.ReplyTo!.Id == album[0].Id) % 3); // whole, however often
        Assert.All(results.Where(document => document.ReplyTo!.Id == album[0].Id), document => Assert.Equal(result, document.Document!.Bytes));
        var counted = SentAgain().Matches(bench.Said).Sum(match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
        Assert.InRange(results.Count, 4, 4 + counted);
    }

    [Trait("Length", "Long")]
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public Task Killed_forty_times_it_answers_every_photo(string store) => KillAtRandom(store, people: 20, photosEach: 10, kills: 40, seed: Environment.TickCount);

    [Fact]
    public async Task A_wrong_or_missing_token_gives_one_sentence()
    {
        using var here = new Workplace();
        var store = here.PathOf("queue");
        ProgramRun.Of("bot", "--store", store).ExitedWith(2).SaidOneSentence("BotFather", "--token-file");
        ProgramRun.Of("bot", "--store", store, "--token-file", here.PathOf("none")).ExitedWith(2).SaidOneSentence("Bot:TokenFile", "none");
        ProgramRun.Of("bot", "--store", store, "--token-file", here.Text("empty", "")).ExitedWith(2).SaidOneSentence("Bot:TokenFile", "empty");
        var odd = ProgramRun.Of("bot", "--store", store, "--token-file", here.Text("odd", "this is no token, but secret")).ExitedWith(2);
        odd.SaidOneSentence("Bot:Token", "no bot token");
        Assert.DoesNotContain("secret", odd.Errors, StringComparison.Ordinal);

        await using var bench = await BotBench.Start(models.Folder);
        bench.Server.RevokeToken();
        var bot = bench.StartBot();
        await bench.Until(() => !bot.IsRunning, "it has ended");
        Assert.Equal(2, bot.ExitCode);
        Assert.Contains("torchupscaler: Telegram does not know the bot's token", bot.Said, StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Server.Token[11..], bot.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("download")]
    [InlineData("upload")]
    [InlineData("store")]
    public async Task Told_to_stop_it_ends_in_time_whatever_hangs_and_nothing_is_lost(string what)
    {
        var cluster = what == "store" ? PostgresCluster.ToBeKilledBeside : null;
        await using var bench = await BotBench.Start(models.Folder, cluster?.NewSchema());
        var (picture, result) = bench.Picture(20, 12);
        var anna = bench.Server.AddPerson("Anna");
        var bot = bench.StartBot();
        await bench.Server.WhenPolled();
        if (what != "upload") bench.Server.Faults.DownloadBytesPerSecond = 1;
        anna.SendDocument(picture, "cat.png");
        if (what == "upload")
        {
            await bench.Until(() => bench.Store.List(JobState.Queued, null, 1).Count == 0 && bench.Store.List(null, null, 1).Count == 1, "it is worked on");
            bench.Server.Faults.Delay = TimeSpan.FromMinutes(1);
        }
        else
        {
            await bench.Until(() => bench.Store.List(JobState.Received, null, 1) is [{ LeaseOwner: not null }], "it is being fetched");
        }
        cluster?.Kill();
        await Task.Delay(TimeSpan.FromSeconds(1));

        var took = Stopwatch.StartNew();
        bot.Signal("TERM");
        await bench.Until(() => !bot.IsRunning, "it has ended");
        Assert.InRange(took.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        cluster?.Start();
        Assert.Equal(0, bench.Store.List(null, null, 1).Single().Failures);

        bench.Server.Faults.DownloadBytesPerSecond = null;
        bench.Server.Faults.Delay = TimeSpan.Zero;
        bench.StartBot();
        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(result, document.Document!.Bytes);
    }

    [Fact]
    public async Task A_bot_that_enlarges_nothing_answers_with_what_a_worker_makes()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var (picture, result) = bench.Picture(20, 12);
        bench.StartBot("--no-worker");
        bench.StartWorker();
        var anna = bench.Server.AddPerson("Anna");
        anna.SendDocument(picture, "cat.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(result, document.Document!.Bytes);
    }

    [Fact]
    public async Task A_local_servers_files_are_read_by_their_path()
    {
        await using var bench = await BotBench.Start(models.Folder, options: new BotServerOptions { IsLocal = true });
        var (picture, result) = bench.Picture(20, 12);
        bench.StartBot("--set", $"Bot:LocalFilesRoot={bench.Server.Folder}");
        var anna = bench.Server.AddPerson("Anna");
        anna.SendDocument(picture, "cat.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(result, document.Document!.Bytes);
        Assert.DoesNotContain(bench.Server.Calls, call => call.Method == "download");
    }

    [Fact]
    public async Task A_webhook_is_set_however_long_it_takes_and_meanwhile_the_operator_is_told()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var (picture, result) = bench.Picture(20, 12);
        bench.Server.Faults.Set(Fault.ServerError, 0);
        bench.Server.Faults.Next(Fault.ServerError, "setWebhook", times: 8); // two tries with three repetitions each
        var bot = bench.StartBot("--set", "Bot:WebhookUrl=https://bot.example/hook", "--set", "Bot:WebhookListen=127.0.0.1:0");
        await bench.Until(() => bot.Said.Contains("cannot be reached, and is tried again", StringComparison.Ordinal), "it says so");
        var health = new Uri(Address().Match(bot.Said).Value + "/healthz");
        Assert.Contains("setWebhook", await (await s_client.GetAsync(health)).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        bench.Server.WebhookProxy = new Uri(Posts().Match(bot.Said).Groups["address"].Value);
        var anna = bench.Server.AddPerson("Anna");
        anna.SendDocument(picture, "cat.png");

        var document = await anna.Chat.WaitFor(message => message.Document is not null);
        Assert.Equal(result, document.Document!.Bytes);
        Assert.Contains("\"ok\"", await s_client.GetStringAsync(health), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_that_Telegram_refuses_gives_one_sentence()
    {
        await using var bench = await BotBench.Start(models.Folder);
        var bot = bench.StartBot("--set", "Bot:WebhookUrl=https://10.1.2.3/hook", "--set", "Bot:WebhookListen=127.0.0.1:0");
        await bench.Until(() => !bot.IsRunning, "it has ended");
        Assert.Equal(2, bot.ExitCode);
        Assert.Contains("torchupscaler: the setting Bot:WebhookUrl: Telegram does not take https://10.1.2.3/hook (Bad Request: bad webhook: IP address 10.1.2.3 is reserved)", bot.Said, StringComparison.Ordinal);
    }

    private async Task KillAtRandom(string store, int people, int photosEach, int kills, int seed)
    {
        await using var bench = await BotBench.Start(models.Folder, store == "postgres" ? PostgresCluster.Shared.NewSchema() : null);
        var random = new Random(seed);
        var kinds = Enumerable.Range(0, photosEach).Select(i => bench.Picture(20 + i, 12)).ToList();
        var everybody = Enumerable.Range(0, people).Select(i => bench.Server.AddPerson(string.Create(CultureInfo.InvariantCulture, $"P{i}"))).ToList();
        var expected = new Dictionary<(Person, int), byte[]>();
        var left = people * photosEach;
        for (var kill = 0; kill <= kills; kill++)
        {
            var bot = bench.StartBot();
            await bench.Server.WhenPolled();
            // Some photos come while it works, then it is killed, wherever it is.
            for (var i = (left + kills - kill) / (kills - kill + 1); i > 0; i--, left--)
            {
                var (person, kind) = (everybody[(left - 1) % people], kinds[(left - 1) / people]);
                expected.Add((person, person.SendDocument(kind.Picture, "photo.png").Id), kind.Result);
            }
            if (kill == kills) break;
            await Task.Delay(random.Next(1500));
            bot.Kill();
        }

        await bench.Until(
            () => expected.Keys.All(photo => ResultsOf(photo.Item1).Any(result => result.ReplyTo!.Id == photo.Item2))
                && bench.Store.List(null, null, 10_000).All(job => job.State == JobState.Delivered),
            FormattableString.Invariant($"all photos are answered (seed {seed})"));

        var results = everybody.SelectMany(person => ResultsOf(person).Select(result => (Photo: (person, result.ReplyTo!.Id), result.Document!.Bytes))).ToList();
        Assert.All(results, result => Assert.Equal(expected[result.Photo], result.Bytes));
        var counted = SentAgain().Matches(bench.Said).Sum(match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
        Assert.InRange(results.Count - expected.Count, 0, counted);
        Assert.Equal(people * photosEach, bench.Store.List(null, null, 10_000).Count);
    }

    private static List<ServerMessage> ResultsOf(Person person) => [.. person.Chat.FromBot.Where(message => message.Document is not null)];

    [GeneratedRegex("posts are taken at (?<address>http://127.0.0.1:[0-9]+)")]
    private static partial Regex Posts();

    [GeneratedRegex("http://127.0.0.1:[0-9]+")]
    private static partial Regex Address();

    [GeneratedRegex("whether Telegram took it before: (?<count>[0-9]+) from job")]
    private static partial Regex SentAgain();
}
