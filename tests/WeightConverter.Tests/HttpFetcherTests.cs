using System.Security.Cryptography;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class HttpFetcherTests : IDisposable
{
    private static readonly byte[] s_file = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
    private static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData(s_file));

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = HttpFetcher.CreateClient();
    private readonly StringWriter _said = new();
    private TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_file_is_downloaded_and_its_progress_told()
    {
        using var server = new LoopbackServer(new Answer("200 OK", s_file));
        Assert.Equal(_folder["model.pth.part"], await Fetch(server, s_hash));
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
        Assert.Equal([""], server.Ranges);
        Assert.Contains("model.pth: 0.3 of 0.3 MB", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_goes_on_where_it_was_cut_off()
    {
        using var server = new LoopbackServer(
            new Answer("200 OK", s_file[..100_000]) { AnnouncedLength = 300_000 },
            new Answer("206 Partial Content", s_file[100_000..150_000]) { AnnouncedLength = 200_000, Range = "bytes 100000-299999/300000" },
            new Answer("206 Partial Content", s_file[150_000..]) { Range = "bytes 150000-299999/300000" });
        await Fetch(server, s_hash);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
        Assert.Equal(["", "bytes=100000-", "bytes=150000-"], server.Ranges);
        Assert.Contains("model.pth: the connection broke off; going on from 100000 bytes", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_is_cut_off_again_and_again_fails_and_keeps_what_came()
    {
        var cut = new Answer("200 OK", s_file[..100]) { AnnouncedLength = 300_000 };
        using var server = new LoopbackServer(cut, cut, cut);
        Assert.Equal("the connection broke off (3 times)", await Fail(server, s_hash));
        Assert.Equal(s_file[..100], File.ReadAllBytes(_folder["model.pth.part"]));
    }

    [Fact]
    public async Task An_earlier_download_is_resumed()
    {
        File.WriteAllBytes(_folder["model.pth.part"], s_file[..200_000]);
        using var server = new LoopbackServer(new Answer("206 Partial Content", s_file[200_000..]) { Range = "bytes 200000-299999/300000" });
        await Fetch(server, s_hash);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
        Assert.Equal(["bytes=200000-"], server.Ranges);
    }

    [Fact]
    public async Task A_server_that_cannot_resume_is_taken_from_the_beginning()
    {
        File.WriteAllBytes(_folder["model.pth.part"], s_file[..200_000]);
        using var server = new LoopbackServer(new Answer("200 OK", s_file));
        await Fetch(server, s_hash);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
    }

    [Fact]
    public async Task A_complete_download_needs_no_server()
    {
        File.WriteAllBytes(_folder["model.pth.part"], s_file);
        using var server = new LoopbackServer();
        await Fetch(server, s_hash);
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public async Task A_part_of_another_file_is_thrown_away_and_fetched_anew()
    {
        File.WriteAllBytes(_folder["model.pth.part"], new byte[100]);
        using var server = new LoopbackServer(
            new Answer("206 Partial Content", s_file[100..]) { Range = "bytes 100-299999/300000" },
            new Answer("200 OK", s_file));
        await Fetch(server, s_hash);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
        Assert.Equal(["bytes=100-", ""], server.Ranges);
    }

    [Fact]
    public async Task A_part_longer_than_the_file_is_thrown_away_and_fetched_anew()
    {
        File.WriteAllBytes(_folder["model.pth.part"], new byte[400_000]);
        using var server = new LoopbackServer(
            new Answer("416 Range Not Satisfiable", []) { Range = "bytes */300000" },
            new Answer("200 OK", s_file));
        await Fetch(server, s_hash);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
    }

    [Fact]
    public async Task A_file_whose_hash_nobody_pinned_is_never_resumed()
    {
        File.WriteAllBytes(_folder["model.pth.part"], new byte[100]);
        using var server = new LoopbackServer(new Answer("200 OK", s_file));
        await Fetch(server, sha256: null);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
        Assert.Equal([""], server.Ranges);
    }

    [Fact]
    public async Task A_file_of_a_wrong_hash_is_kept_apart_and_not_used()
    {
        using var server = new LoopbackServer(new Answer("200 OK", s_file[1..]));
        var found = Convert.ToHexStringLower(SHA256.HashData(s_file[1..]));
        Assert.Equal(
            $"model.pth has the SHA-256 {found} where the catalogue says {s_hash}; it is not used and kept apart as {_folder["model.pth.wrong-hash"]}",
            await Fail(server, s_hash));
        Assert.Equal(["model.pth.wrong-hash"], _folder.Files);
        Assert.Equal(s_file[1..], File.ReadAllBytes(_folder["model.pth.wrong-hash"]));

        // It is not taken for a part of the next download either.
        using var right = new LoopbackServer(new Answer("200 OK", s_file));
        await Fetch(right, s_hash);
        Assert.Equal([""], right.Ranges);
        Assert.Equal(s_file, File.ReadAllBytes(_folder["model.pth.part"]));
    }

    [Fact]
    public async Task More_bytes_than_expected_are_refused()
    {
        using var announced = new LoopbackServer(new Answer("200 OK", s_file));
        Assert.Equal("the file has more than the 1000 bytes that are expected", await Fail(announced, s_hash, bytes: 1000));
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("503 Service Unavailable")]
    public async Task A_refusal_of_the_server_is_told_and_leaves_nothing(string status)
    {
        using var server = new LoopbackServer(new Answer(status, "<html>"u8.ToArray()));
        Assert.Equal($"the server answered {status}", await Fail(server, s_hash));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task No_connection_is_told_and_leaves_nothing()
    {
        var server = new LoopbackServer();
        server.Dispose();
        var source = new CatalogueSource { Url = new Uri("http://127.0.0.1:1/model.pth"), Sha256 = s_hash, Licence = "" };
        var error = await Assert.ThrowsAsync<SourceFailedException>(() => Fetcher().Fetch(source, _folder.Root, CancellationToken.None));
        Assert.StartsWith("no connection: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        using var server = new LoopbackServer(new Answer("200 OK", s_file[..1000]) { AnnouncedLength = 300_000, Hangs = true });
        _patience = TimeSpan.FromSeconds(1);
        Assert.Equal("no answer within 1 s", await Fail(server, s_hash));
        Assert.Contains("nothing came for 1 s; going on from 1000 bytes", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_keeps_what_came_to_go_on_from()
    {
        using var server = new LoopbackServer(new Answer("200 OK", s_file[..1000]) { AnnouncedLength = 300_000, Hangs = true });
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetch(server, s_hash, cancel: cancel.Token));
        Assert.Equal(s_file[..1000], File.ReadAllBytes(_folder["model.pth.part"]));
    }

    [Fact]
    public void A_bar_is_drawn_on_a_terminal()
    {
        var progress = new TransferProgress(_said, isTerminal: true);
        progress.Report("m", 1_500_000, 3_000_000);
        progress.Report("m", 3_000_000, 3_000_000);
        progress.End();
        Assert.Equal(
            "\r[###############...............] m: 1.5 of 3.0 MB \r[##############################] m: 3.0 of 3.0 MB " + Environment.NewLine,
            _said.ToString());
    }

    public void Dispose()
    {
        _client.Dispose();
        _said.Dispose();
        _folder.Dispose();
    }

    private HttpFetcher Fetcher() => new(_client, new TransferProgress(_said, isTerminal: false), _patience);

    private Task<string> Fetch(LoopbackServer server, string? sha256, long? bytes = null, CancellationToken cancel = default) =>
        Fetcher().Fetch(new CatalogueSource { Url = server.Address, Sha256 = sha256, Bytes = bytes, Licence = "" }, _folder.Root, cancel);

    private async Task<string> Fail(LoopbackServer server, string? sha256, long? bytes = null) =>
        (await Assert.ThrowsAsync<SourceFailedException>(() => Fetch(server, sha256, bytes))).Message;
}
