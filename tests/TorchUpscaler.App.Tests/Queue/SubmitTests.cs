using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary><c>torchupscaler submit</c>: what it takes, what it says, and how it waits.</summary>
[Collection(ProgramTests.Name)]
public sealed class SubmitTests(TinyModels models) : IDisposable
{
    private readonly QueueBench _bench = new();

    [Fact]
    public void It_waits_for_all_fetches_what_is_done_and_says_what_failed()
    {
        var cat = _bench.Picture("cat.png", 30, 20);
        var other = _bench.Picture("other/cat.png", 16, 16);
        var cut = _bench.PathOf("cut.png");
        File.WriteAllBytes(cut, File.ReadAllBytes(cat)[..^40]); // its header is whole
        using var worker = new WorkerProcess(_bench.Folder, models.Folder, "--listen", "off");

        var said = _bench.Run("submit", cat, other, cut, "--wait", "-o", _bench.PathOf("out"), "--json", "--weights", models.Folder).ExitedWith(3);

        var second = _bench.Store.List(null, null, 10).Single(job => job.Name == "cat.png" && job.Width == 16).Id;
        Assert.Equal(["cat-" + second + "_x4.png", "cat_x4.png"], _bench.FilesOf("out"));
        Assert.Equal("PNG RGB 120 80", Python.Describe(_bench.PathOf("out/cat_x4.png")));
        Assert.Equal("PNG RGB 64 64", Python.Describe(_bench.PathOf($"out/cat-{second}_x4.png")));
        var lines = QueueBench.JsonLines(said.Output);
        Assert.Equal([cat, other, cut], lines[..3].Select(line => line.GetProperty("input").GetString()));
        var result = Assert.Single(lines[3..], line => line.GetProperty("input").GetString() == cat);
        Assert.Equal((120, 80, "x4plus"), (result.GetProperty("width").GetInt32(), result.GetProperty("height").GetInt32(), result.GetProperty("model").GetString()));
        Assert.Equal(_bench.PathOf("out/cat_x4.png"), result.GetProperty("output").GetString());
        var failure = Assert.Single(said.ErrorLines, line => line.StartsWith("torchupscaler:", StringComparison.Ordinal));
        Assert.Contains("cut.png", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(_bench.Folder, failure, StringComparison.Ordinal);
        Assert.Equal([JobState.Delivered, JobState.Delivered, JobState.Failed], _bench.Store.List(null, null, 10).Select(job => job.State).Order());
        Assert.All(_bench.Store.List(null, null, 10), job => Assert.NotNull(job.ToldAt));
    }

    [Fact]
    public void Interrupted_while_it_waits_it_leaves_the_jobs_in_the_queue_and_says_how_to_fetch_them()
    {
        var picture = _bench.Picture("cat.png");
        using var run = ProgramRun.Begin("submit", picture, "--wait", "-o", "out", "--weights", models.Folder, "--store", _bench.Folder);
        run.WaitForFirstLine();

        run.Signal("INT");
        var said = run.Wait().ExitedWith(130);

        var job = Assert.Single(_bench.Store.List(null, null, 10));
        Assert.Equal(JobState.Queued, job.State);
        Assert.Contains($"torchupscaler queue fetch {job.Id} -o out --store {_bench.Folder}", said.Errors, StringComparison.Ordinal);
        Assert.Equal("torchupscaler: cancelled", said.ErrorLines[^1]);
    }

    [Fact]
    public void Number_place_and_time_left_are_said()
    {
        var picture = _bench.Picture("cat.png", 200, 100);

        _bench.Store.Hello("a worker, without which no time can be told");
        Assert.Equal($"{picture}: job 1, place 1, about 1 s left", Assert.Single(_bench.Run("submit", picture).ExitedWith(0).ErrorLines));
        var json = QueueBench.Json(_bench.Run("submit", picture, "--class", "bulk", "--person", "anna", "--json").ExitedWith(0).Output);

        Assert.Equal((2, 2, 1.6), (json.GetProperty("id").GetInt64(), json.GetProperty("position").GetInt32(), json.GetProperty("secondsLeft").GetDouble()));
        Assert.Equal(("anna", JobClass.Bulk), (_bench.Store.Find(2)!.Person, _bench.Store.Find(2)!.Class));
    }

    [Fact]
    public void What_is_no_picture_is_refused_at_once()
    {
        var text = _bench.Text("text.png", "not a picture");

        _bench.Run("submit", text).ExitedWith(2).SaidOneSentence("text.png", "not a picture that can be read");
        _bench.Run("submit", _bench.PathOf("none.png")).ExitedWith(2).SaidOneSentence("none.png", "there is no such file");

        Assert.Empty(_bench.Store.List(null, null, 10));
    }

    [Fact]
    public void What_could_not_be_done_is_refused_at_once()
    {
        var picture = _bench.Picture("cat.png", 200, 100);

        _bench.Run("submit", picture, "--set", "Worker:MaxInputMp=0.01").ExitedWith(2).SaidOneSentence("cat.png", "200×100", "limit");
        _bench.Run("submit", picture, "-m", "grey", "--weights", models.Folder).ExitedWith(2).SaidOneSentence("cat.png", "colours", "grey");
        _bench.Run("submit", picture, "-m", "./none.safetensors").ExitedWith(2).SaidOneSentence("none.safetensors");

        Assert.Empty(_bench.Store.List(null, null, 10));
    }

    [Fact]
    public void A_result_that_is_there_is_refused_before_anything_is_queued()
    {
        var picture = _bench.Picture("cat.png");
        Directory.CreateDirectory(_bench.PathOf("out"));
        _bench.Text("out/cat_x4.png", "mine");

        _bench.Run("submit", picture, "--wait", "-o", _bench.PathOf("out"), "--weights", models.Folder).ExitedWith(2).SaidOneSentence("cat_x4.png", "exists", "--force");

        Assert.Empty(_bench.Store.List(null, null, 10));
        Assert.Equal("mine", File.ReadAllText(_bench.PathOf("out/cat_x4.png")));
    }

    [Theory]
    [InlineData("admin, vip, normal, bulk", "--class", "royal")]
    [InlineData("belong together", "--wait")]
    [InlineData("belong together", "-o", "out")]
    [InlineData("a whole number from 1 to 100", "--quality", "101")]
    [InlineData("there is no option --priority", "--priority")]
    public void A_wrong_option_is_refused_in_a_sentence(string reason, params string[] arguments)
    {
        var said = _bench.Run(["submit", "cat.png", .. arguments]).ExitedWith(2);

        said.SaidOneSentence(reason, "see torchupscaler submit --help");
        Assert.False(Directory.Exists(_bench.Folder));
    }

    public void Dispose() => _bench.Dispose();
}
