using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Tests;

/// <summary>Peers that are small scripts.</summary>
public sealed class PeerTests : IDisposable
{
    private readonly Children _children = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("bench").FullName;

    // Answers as the peers do; says into the file $1 what it was asked.
    private const string Script = """
        while read -r line; do
            echo "$line" >> "$1"
            case "$line" in
                *about*) echo '{"versions":{"sh":"1"},"vectors":"none"}' ;;
                *run*) echo '{"seconds":1.25}' ;;
                *save*) echo '{"error":"no result"}' ;;
                *crash*) echo "a last word" >&2; exit 7 ;;
                *) echo '{}' ;;
            esac
        done
        """;

    [Fact]
    public void A_peer_is_started_when_it_is_asked_and_tells_its_versions()
    {
        var peer = Start();
        Assert.False(File.Exists(Log));

        Assert.Equal(1.25, peer.Run("2"));

        Assert.Equal("1", peer.Versions["sh"]);
        Assert.Equal("none", peer.Vectors);
        Assert.Equal(["""["about"]""", """["run","2"]"""], File.ReadAllLines(Log));
    }

    [Fact]
    public void What_is_loaded_and_shown_is_not_loaded_and_shown_again()
    {
        var peer = Start();
        for (var i = 0; i < 2; i++)
        {
            peer.Load("m", "4");
            peer.Show(new Raster("p", 3, 2));
        }

        peer.Stop();
        peer.Load("m", "4"); // a new process knows nothing

        Assert.Equal(["""["about"]""", """["load","m","4"]""", """["picture","p","3","2"]""", """["about"]""", """["load","m","4"]"""], File.ReadAllLines(Log));
    }

    [Fact]
    public void An_error_is_told_and_the_peer_goes_on()
    {
        var peer = Start();

        Assert.Equal("peer: no result", Assert.Throws<BenchException>(() => peer.Ask("save", "f")).Message);
        Assert.Equal(1.25, peer.Run());
    }

    [Fact]
    public void A_peer_that_breaks_off_is_not_started_again_and_its_last_words_are_told()
    {
        var peer = Start();

        for (var i = 0; i < 2; i++)
            Assert.Equal("peer has broken off: a last word", Assert.Throws<BenchException>(() => peer.Ask("crash")).Message);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        var peer = new Peer("peer", _children, new PeerStart("/nowhere/node", []));

        Assert.StartsWith("/nowhere/node could not be started: ", Assert.Throws<BenchException>(() => peer.Run()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_fails_is_told_with_its_last_line()
    {
        var message = Assert.Throws<BenchException>(() => _children.Finish("/bin/sh", "-c", "echo first >&2; echo last >&2; exit 3")).Message;

        Assert.EndsWith(" failed: last", message, StringComparison.Ordinal);
        Assert.Equal("out\n", _children.Finish("/bin/sh", "-c", "echo out"));
    }

    [Fact]
    public void No_child_outlives_the_bench()
    {
        var process = _children.Start("/bin/sleep", ["600"]);

        _children.Dispose();

        Assert.True(process.HasExited);
        Assert.Throws<BenchException>(() => _children.Start("/bin/sleep", ["600"]));
    }

    [Fact]
    public void A_part_that_reaches_over_the_edge_repeats_it()
    {
        var (source, target) = (Path.Combine(_folder, "a.u8"), Path.Combine(_folder, "b.u8"));
        File.WriteAllBytes(source, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]); // 2×2

        var part = new Raster(source, 2, 2).Part(-1, 1, 3, 2, target);

        Assert.Equal(new Raster(target, 3, 2), part);
        Assert.Equal([3, 3, 3, 3, 3, 3, 4, 4, 4, 3, 3, 3, 3, 3, 3, 4, 4, 4], File.ReadAllBytes(target));
    }

    public void Dispose()
    {
        _children.Dispose();
        Directory.Delete(_folder, true);
    }

    private string Log => Path.Combine(_folder, "log");

    private Peer Start() => new("peer", _children, new PeerStart("/bin/bash", ["-c", Script, "peer", Log]));
}
