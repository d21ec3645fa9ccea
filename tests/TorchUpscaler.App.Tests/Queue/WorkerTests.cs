using System.Net;
using System.Text.RegularExpressions;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary>The worker as a process: what it does with jobs, how it can be watched, how it ends.</summary>
[Collection(ProgramTests.Name)]
public sealed partial class WorkerTests(TinyModels models) : IDisposable
{
    private readonly QueueBench _bench = new();

    [Fact]
    public void A_picture_that_is_submitted_comes_back_as_upscale_makes_it()
    {
        var picture = _bench.Picture("cat.png", 33, 21);
        var id = _bench.Submit(picture, "--weights", models.Folder, "-f", "jpg", "--quality", "80");
        using (var worker = Worker()) worker.WaitFor(() => _bench.Store.Find(id)!.State == JobState.Upscaled);

        _bench.Run("queue", "fetch", $"{id}", "-o", _bench.PathOf("out")).ExitedWith(0);

        ProgramRun.Of("upscale", picture, "-o", _bench.PathOf("as_is.jpg"), "--quality", "80", "--weights", models.Folder).ExitedWith(0);
        Assert.Equal(["cat_x4.jpg"], _bench.FilesOf("out"));
        Assert.Equal(File.ReadAllBytes(_bench.PathOf("as_is.jpg")), File.ReadAllBytes(_bench.PathOf("out/cat_x4.jpg")));
        Assert.Equal(JobState.Delivered, _bench.Store.Find(id)!.State);

        // It is still kept: it can be fetched again, and what is there is not replaced unasked.
        _bench.Run("queue", "fetch", $"{id}", "-o", _bench.PathOf("out")).ExitedWith(2).SaidOneSentence("cat_x4.jpg", "--force");
        _bench.Run("queue", "fetch", $"{id}", "-o", _bench.PathOf("out"), "--force").ExitedWith(0);
        Assert.Equal(File.ReadAllBytes(_bench.PathOf("as_is.jpg")), File.ReadAllBytes(_bench.PathOf("out/cat_x4.jpg")));
    }

    [Fact]
    public void Health_and_metrics_tell_what_it_does()
    {
        var id = _bench.Submit(_bench.Picture("cat.png"), "--class", "vip", "--weights", models.Folder);
        using var worker = Worker("--port", "0", "--log-format", "json");
        worker.WaitFor(() => _bench.Store.Find(id)!.State == JobState.Upscaled);

        var (status, body, type) = worker.Get("/healthz");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (status, type));
        Assert.Equal("ok", QueueBench.Json(body).GetProperty("status").GetString());

        // What it has done is counted a moment after the store has it.
        worker.WaitFor(() => worker.Get("/metrics").Body is var page && page.Contains("torchupscaler_ended_total", StringComparison.Ordinal)
            && page.Contains("torchupscaler_workers 1", StringComparison.Ordinal));
        (status, body, type) = worker.Get("/metrics");
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (status, type));
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(PrometheusLine(), line));
        string[] expected =
        [
            """torchupscaler_jobs{state="upscaled",class="vip"} 1""", """torchupscaler_jobs{state="queued",class="normal"} 0""",
            "torchupscaler_store_up 1", "torchupscaler_workers 1", "torchupscaler_oldest_wait_seconds 0", "torchupscaler_queued_work_seconds 0",
            """torchupscaler_inference_seconds_count{model="x4plus"} 1""", "torchupscaler_waiting_seconds_count 1", """torchupscaler_ended_total{outcome="upscaled"} 1""",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
        string[] positive = ["torchupscaler_steps_total", "torchupscaler_peak_memory_bytes", "process_working_set_bytes", """torchupscaler_store_seconds_count{kind="write"}"""];
        Assert.All(positive, name => Assert.True(Value(lines, name) > 0, name));

        Assert.Equal(HttpStatusCode.NotFound, worker.Get("/").Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, worker.Get("/metrics", HttpMethod.Post).Status);
        Assert.Equal(0, worker.Stop().ExitCode);
        Assert.All(worker.Log.Split('\n'), line => QueueBench.Json(line).GetProperty("LogLevel"));
    }

    [Fact]
    public void Without_a_model_it_is_unhealthy_and_recovers_when_the_model_comes()
    {
        var id = _bench.Submit(_bench.Picture("cat.png"));
        var weights = Directory.CreateDirectory(_bench.PathOf("weights")).FullName;
        using var worker = new WorkerProcess(_bench.Folder, weights, "--port", "0", "--set", "Worker:RetryEngineAfter=00:00:00.2");

        worker.WaitFor(() => worker.Get("/healthz") is { Status: HttpStatusCode.ServiceUnavailable, Body: var body } && body.Contains("x4plus", StringComparison.Ordinal));
        Assert.Equal("unhealthy", QueueBench.Json(worker.Get("/healthz").Body).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, worker.Get("/metrics").Status);
        File.Copy(models.PathOf("x4plus"), Path.Combine(weights, "x4plus.safetensors"));

        worker.WaitFor(() => worker.Get("/healthz").Status == HttpStatusCode.OK);
        worker.WaitFor(() => _bench.Store.Find(id) is { State: JobState.Upscaled, Failures: 0 });
        Assert.Equal(1, Occurrences(worker.Log, "does not start"));
        Assert.DoesNotContain("   at ", worker.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_in_the_middle_of_a_picture_it_hands_it_back_uncharged_and_the_next_worker_does_it()
    {
        var id = _bench.Submit(_bench.Picture("large.png", 1000, 800), "--weights", models.Folder);
        foreach (var (signal, attempt) in new[] { ("TERM", 1), ("INT", 2) })
        {
            using var worker = Worker("--set", "Worker:FinishWithin=00:00:00");
            worker.WaitFor(() => _bench.Store.Find(id)!.State == JobState.Running);
            var (exitCode, took) = worker.Stop(signal);

            Assert.True(exitCode == 0, $"exit code {exitCode}\n{worker.Log}");
            Assert.True(took < TimeSpan.FromSeconds(10), $"it took {took}\n{worker.Log}");
            var job = _bench.Store.Find(id)!;
            Assert.Equal((JobState.Queued, attempt, 0, null), (job.State, job.Attempt, job.Failures, job.LeaseOwner));
            Assert.Empty(_bench.Store.Stats().Workers);
            Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_bench.Folder, "work")));
        }

        using var next = Worker();
        next.WaitFor(() => _bench.Store.Find(id) is { State: JobState.Upscaled, Failures: 0, Attempt: 3 });
    }

    [Fact]
    public void Two_workers_share_a_store_and_each_picture_is_done_once()
    {
        var picture = _bench.Picture("cat.png", 100, 80);
        foreach (var number in Enumerable.Range(1, 8)) File.Copy(picture, _bench.PathOf($"cat{number}.png"));
        _bench.Run(["submit", .. Enumerable.Range(1, 8).Select(number => _bench.PathOf($"cat{number}.png")), "--weights", models.Folder]).ExitedWith(0);
        using var one = Worker();
        using var two = Worker();

        one.WaitFor(() => two.IsRunning && _bench.Store.List(JobState.Upscaled, null, 10).Count == 8);

        Assert.All(_bench.Store.List(null, null, 10), job => Assert.Equal((1, 0), (job.Attempt, job.Failures)));
        Assert.Equal((0, 0), (one.Stop().ExitCode, two.Stop().ExitCode));
        Assert.Equal(8, Occurrences(one.Log + two.Log, "is upscaled"));
    }

    [Fact]
    public void A_stored_picture_that_is_gone_fails_its_job_and_no_other()
    {
        var picture = _bench.Picture("cat.png");
        var (lost, kept) = (_bench.Submit(picture), _bench.Submit(picture));
        File.Delete(Path.Combine(_bench.Folder, "pictures", _bench.Store.Find(lost)!.InputFile!));

        using var worker = Worker();

        worker.WaitFor(() => _bench.Store.Find(kept)!.State == JobState.Upscaled);
        var failed = _bench.Store.Find(lost)!;
        Assert.Equal((JobState.Failed, "the stored picture is gone; send it again"), (failed.State, failed.Error));
        _bench.Run("queue", "fetch", $"{lost}", "-o", _bench.PathOf("out")).ExitedWith(1).SaidOneSentence("cat.png", "failed", "the stored picture is gone");
    }

    [Fact]
    public void An_address_that_is_taken_is_refused_in_a_sentence()
    {
        using var taken = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        _bench.Run("worker", "--port", $"{port}", "--weights", models.Folder).ExitedWith(2).SaidOneSentence($"127.0.0.1:{port}", "in use", "--port");
    }

    public void Dispose() => _bench.Dispose();

    private WorkerProcess Worker(params string[] arguments) =>
        new(_bench.Folder, models.Folder, arguments.Contains("--port") ? arguments : [.. arguments, "--listen", "off"]);

    private static double Value(string[] lines, string name) =>
        double.Parse(Assert.Single(lines, line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("""^(# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? ([0-9.e+-]+|NaN))$""", RegexOptions.IgnoreCase)]
    private static partial Regex PrometheusLine();
}
