using System.Text.Json;
using TorchUpscaler.App.Queue;
using TorchUpscaler.Queue;
using TorchUpscaler.Queue.Tests.Worker;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary><c>torchupscaler queue</c>: what it shows, and what it does.</summary>
[Collection(ProgramTests.Name)]
public sealed class QueueCommandTests : IDisposable
{
    private readonly QueueBench _bench = new();

    [Fact]
    public void Jobs_are_listed_shown_and_counted_for_people_and_for_programs()
    {
        _bench.Store.Hello("a worker, without which no time can be told");
        Submit("anna", "cat.jpg", JobClass.Vip);
        Submit("bert", "dog\u001b[2J.jpg", JobClass.Normal);
        Fail(Submit("anna", "bird.jpg", JobClass.Admin), "the picture is damaged");

        var lines = _bench.Run("queue", "list").ExitedWith(0).Output.Split('\n');
        Assert.Matches("^id +state +class +person +picture +size$", lines[0]);
        Assert.Matches("^ *3 +failed +admin +anna +bird.jpg +1000×1000 +the picture is damaged$", lines[1]);
        Assert.Matches(@"^ *2 +queued +normal +bert +dog\?\[2J.jpg +1000×1000 +place 2, about 1:20 left$", lines[2]);

        var json = QueueBench.JsonLines(_bench.Run("queue", "list", "--json", "--person", "anna").ExitedWith(0).Output);
        Assert.Equal([3, 1], json.Select(job => job.GetProperty("id").GetInt32()));
        Assert.Equal((1, 40.0), (json[1].GetProperty("position").GetInt32(), json[1].GetProperty("secondsLeft").GetDouble()));
        Assert.Equal("the picture is damaged", json[0].GetProperty("error").GetString());
        Assert.Equal(2, QueueBench.Json(_bench.Run("queue", "list", "--json", "--state", "queued", "--limit", "1").Output).GetProperty("id").GetInt32());

        var sheet = _bench.Run("queue", "show", "1").ExitedWith(0).Output;
        string[] expected = ["state +queued, place 1, about 40 s left", "class +vip", "person +anna, by submit", "picture +cat.jpg 1000×1000", "estimate +40 s", "queued +20..-"];
        Assert.All(expected, line => Assert.Matches($"(?m)^{line}", sheet));
        var shown = QueueBench.Json(_bench.Run("queue", "show", "1", "--json").ExitedWith(0).Output);
        Assert.Equal(("queued", JsonValueKind.Null), (shown.GetProperty("state").GetString(), shown.GetProperty("error").ValueKind));
        Assert.True(DateTimeOffset.UtcNow - shown.GetProperty("queuedAt").GetDateTimeOffset() < TimeSpan.FromMinutes(10));

        Assert.Matches("(?m)^queued +0 +1 +1 +0$", _bench.Run("queue", "stats").ExitedWith(0).Output);
        var stats = QueueBench.Json(_bench.Run("queue", "stats", "--json").ExitedWith(0).Output);
        Assert.Equal((1, 1), (stats.GetProperty("jobs").GetProperty("failed").GetProperty("admin").GetInt32(), stats.GetProperty("workers").GetArrayLength()));
        Assert.Equal(80, stats.GetProperty("queuedWorkSeconds").GetDouble());
    }

    [Fact]
    public void Jobs_are_cancelled_and_tried_again()
    {
        var (first, second) = (Submit("anna", "cat.jpg"), Submit("anna", "dog.jpg"));

        _bench.Run("queue", "cancel", $"{first}", $"{second}").ExitedWith(0);
        Assert.Equal([JobState.Cancelled, JobState.Cancelled], States(first, second));
        Assert.NotNull(_bench.Store.Find(first)!.ToldAt);
        _bench.Run("queue", "cancel", $"{first}").ExitedWith(2).SaidOneSentence($"job {first} (cat.jpg)", "it is cancelled");

        // Some of several.
        var said = _bench.Run("queue", "retry", $"{first}", "99").ExitedWith(3);
        Assert.Equal($"job {first} (cat.jpg): queued again", said.ErrorLines[0]);
        Assert.Contains("there is no job 99", said.ErrorLines[1], StringComparison.Ordinal);
        Assert.Equal([JobState.Queued, JobState.Cancelled], States(first, second));
        _bench.Run("queue", "retry", $"{first}").ExitedWith(2).SaidOneSentence("has not failed");
    }

    [Fact]
    public void The_result_of_another_front_ends_job_is_copied_and_stays_to_be_delivered()
    {
        var id = Submit("anna", "../../etc/passwd.jpg", frontEnd: "telegram");
        Finish(id, [1, 2, 3]);

        _bench.Run("queue", "fetch", $"{id}", "-o", _bench.PathOf("out")).ExitedWith(0);

        Assert.Equal(["passwd_x4.png"], _bench.FilesOf("out"));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(_bench.PathOf("out/passwd_x4.png")));
        Assert.Equal((JobState.Upscaled, 0), (_bench.Store.Find(id)!.State, _bench.Store.Find(id)!.Deliveries));
    }

    [Fact]
    public void A_result_is_free_again_when_the_folder_takes_no_files()
    {
        var id = Submit("anna", "cat.jpg");
        Finish(id, [1, 2, 3]);
        var file = _bench.Text("file", "");

        _bench.Run("queue", "fetch", $"{id}", "-o", file).ExitedWith(2).SaidOneSentence("file", "cannot be made");

        Assert.True(_bench.Store.Find(id) is { State: JobState.Upscaled, LeaseOwner: null });
        _bench.Run("queue", "fetch", $"{id}", "-o", _bench.PathOf("out")).ExitedWith(0);
        Assert.Equal(JobState.Delivered, _bench.Store.Find(id)!.State);
    }

    [Theory]
    [InlineData("Told")]
    [InlineData("ClaimDelivery")]
    public void A_delivery_whose_answer_was_lost_goes_through_the_second_time(string member)
    {
        var id = Submit("anna", "cat.jpg");
        Finish(id, [1, 2, 3]);
        var (store, flaky) = FlakyStore.Around(_bench.Store);
        flaky.LosesAnswerOf = member;
        var delivery = new ResultDelivery(store, _bench.PathOf("out"), force: false);

        Assert.Throws<StoreUnavailableException>(() => delivery.Deliver(id));
        Assert.Equal(_bench.PathOf("out/cat_x4.png"), delivery.Deliver(id).Output);

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_bench.PathOf("out/cat_x4.png")));
        Assert.Equal(["cat_x4.png"], _bench.FilesOf("out"));
        Assert.True(_bench.Store.Find(id) is { State: JobState.Delivered, LeaseOwner: null });
    }

    [Fact]
    public void A_name_that_is_too_long_for_a_file_is_cut_between_two_letters()
    {
        var id = Submit("anna", new string('ü', 300) + ".jpg");
        Finish(id, [1, 2, 3]);

        var delivered = new ResultDelivery(_bench.Store, _bench.PathOf("out"), force: false).Deliver(id);

        Assert.Equal(new string('ü', 90) + "_x4.png", Path.GetFileName(delivered.Output));
    }

    [Fact]
    public void A_weight_is_set()
    {
        Submit("anna", "cat.jpg");

        _bench.Run("queue", "weight", "anna", "2.5").ExitedWith(0);
        _bench.Run("queue", "weight", "anna", "0").ExitedWith(2).SaidOneSentence("'0'", "above 0", "torchupscaler queue weight --help");
    }

    [Fact]
    public void What_is_not_there_is_said_in_a_sentence_and_not_made()
    {
        _bench.Run("queue", "list").ExitedWith(2).SaidOneSentence("there is no queue in", _bench.Folder);
        Assert.False(Directory.Exists(_bench.Folder));

        Submit("anna", "cat.jpg");
        _bench.Run("queue", "show", "99").ExitedWith(2).SaidOneSentence("there is no job 99");
        _bench.Run("queue", "show", "x").ExitedWith(2).SaidOneSentence("'x' is not the number of a job");
        _bench.Run("queue", "list", "--state", "lost").ExitedWith(2).SaidOneSentence("received, queued, running", "--state");
    }

    public void Dispose() => _bench.Dispose();

    private JobState[] States(params long[] ids) => [.. ids.Select(id => _bench.Store.Find(id)!.State)];

    private long Submit(string person, string name, JobClass jobClass = JobClass.Normal, string frontEnd = "submit")
    {
        using var bytes = new MemoryStream([1, 2, 3]);
        return _bench.Store.Submit(new NewJob(frontEnd, person, name) { Class = jobClass }, new CheckedPicture(1000, 1000, ".jpg", "x4plus"), bytes);
    }

    private void Fail(long id, string reason)
    {
        var job = _bench.Store.Claim()!;
        Assert.Equal(id, job.Id);
        _bench.Store.Fail(job.Claim, reason, isFinal: true);
    }

    private void Finish(long id, byte[] result)
    {
        var job = _bench.Store.Claim()!;
        Assert.Equal(id, job.Id);
        var file = Path.Combine(_bench.Store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(file, result);
        Assert.True(_bench.Store.Finish(job.Claim, new FinishedPicture(file, 4000, 4000, "x4plus", null, 1)));
    }
}
