using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using TorchUpscaler.BotServer;
using TorchUpscaler.BotServer.World;
using TorchUpscaler.Imaging;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>Many people at a time, while things go wrong: every photo is answered, with its own result, within Telegram's rates.</summary>
public sealed class LoadTests
{
    private static readonly Fault[] s_faults = [Fault.ServerError, Fault.BadGateway, Fault.CutRequest, Fault.LostAnswer, Fault.CutAnswer];

    [Fact]
    public Task Twelve_people_send_thirty_six_photos_while_calls_fail() => Everybody(people: 12, photosEach: 3, TimeSpan.FromMinutes(3));

    [Fact, Trait("Length", "Long")]
    public Task Two_hundred_people_send_a_thousand_photos_while_calls_fail() => Everybody(people: 200, photosEach: 5, TimeSpan.FromMinutes(15));

    private static async Task Everybody(int people, int photosEach, TimeSpan patience)
    {
        // Telegram's own rates, kept by the bot and noted by the server.
        await using var rig = await BotRig.Start(rig => rig.Rates = new Telegram.Sending.SendLimits());
        rig.Server.Limits.Mode = RateLimitMode.Record;
        rig.Server.Faults.Seed(1);
        foreach (var fault in s_faults) rig.Server.Faults.Set(fault, 0.05 / s_faults.Length);
        var expected = new Dictionary<(long Chat, int Message), string>();
        var everybody = Enumerable.Range(0, people).Select(i => rig.Server.AddPerson(string.Create(CultureInfo.InvariantCulture, $"P{i}"))).ToList();
        foreach (var person in everybody)
            for (var i = 0; i < photosEach; i++)
            {
                var picture = TestPictures.Png(8 + everybody.IndexOf(person) % 5, 8 + i, everybody.IndexOf(person) + 1);
                var sent = person.SendDocument(picture, "photo.png");
                expected[(person.Id, sent.Id)] = Pixels(Enlarged(picture));
            }

        var waited = Stopwatch.StartNew();
        long peak = 0;
        await Answered(photosEach);
        // Everybody sends one again, as it was, and another one with it.
        foreach (var person in everybody)
        {
            var (first, second) = (person.Chat.Messages.First(message => message.Document is not null && !message.IsFromBot), TestPictures.Png(7, 7, everybody.IndexOf(person) + 1));
            expected[(person.Id, person.SendDocument(first.Document!.Bytes, "photo.png").Id)] = expected[(person.Id, first.Id)];
            expected[(person.Id, person.SendDocument(second, "photo.png").Id)] = Pixels(Enlarged(second));
        }
        await Answered(photosEach + 2);
        rig.Server.Faults.Clear();
        await BotRig.Until(() => rig.Data.Statuses.Open().Count == 0, "every status message has said its last", patience);

        var results = everybody.SelectMany(person => Results(person)).ToList();
        Assert.All(results, result => Assert.Equal(expected[(result.Chat.Id, result.ReplyTo!.Id)], Pixels(result.Document!.Bytes)));
        Assert.InRange(results.Count - expected.Count, 0, (int)rig.Metrics.Duplicates);
        Assert.All(rig.Store.List(null, null, 10_000), job => Assert.Equal(JobState.Delivered, job.State));
        Assert.Empty(rig.Server.Limits.Violations);
        Assert.InRange(peak, 0, 400L << 20);

        async Task Answered(int each)
        {
            while (!everybody.All(person => Results(person).Select(result => result.ReplyTo!.Id).Distinct().Count() == each))
            {
                Assert.True(waited.Elapsed < patience, $"not all photos are answered: {everybody.Sum(person => Results(person).Count)} of {people * each}");
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false));
                await Task.Delay(200);
            }
        }
    }

    private static List<ServerMessage> Results(Person person) => [.. person.Chat.FromBot.Where(message => message.Document is not null)];

    private static byte[] Enlarged(byte[] png)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Root, "in.png");
        File.WriteAllBytes(path, png);
        var picture = new VipsCodec().Read(path, 1_000_000, CancellationToken.None);
        return PixelWorker.Enlarged(picture, 4);
    }

    private static string Pixels(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith((byte[])[0x89, (byte)'P'])) // a PNG: its samples
        {
            using var folder = new TemporaryFolder();
            var path = Path.Combine(folder.Root, "in.png");
            File.WriteAllBytes(path, bytes);
            bytes = new VipsCodec().Read(path, 1_000_000, CancellationToken.None).Bytes.ToArray();
        }
        return Convert.ToHexString(SHA256.HashData(bytes));
    }
}
