using System.Globalization;
using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>
/// x4plus at 510×339: the whole picture, and Sber's way of cutting it. That makes tiles of 192 pixels with 24 more on each
/// side; here six of 240×240, run one after another by the peer that does one of them faster. What lies outside the picture
/// repeats its edge.
/// </summary>
internal sealed class MiddlePicture(Workshop shop, Report report)
{
    private const int Width = 510;
    private const int Height = 339;
    private const int Tile = 192;
    private const int Padding = 24;
    private const int Side = Tile + (2 * Padding);

    private readonly Contest _contest = new("510×339", report);
    private string _tiles = "six tiles";

    private string Threads => report.Options.Threads.ToString(CultureInfo.InvariantCulture);

    /// <summary>Measures the rows that are wanted of these.</summary>
    public void Measure()
    {
        if (!report.Options.Wants(BenchRow.OnnxMiddle, BenchRow.SberMiddle)) return;
        try
        {
            Enter(shop.Model("x4plus"));
            _contest.Run(report.Options.Repeat(full: 3, quick: 1));
        }
        catch (BenchException why)
        {
            report.Row(BenchRow.OnnxMiddle, () => throw why);
            report.Row(BenchRow.SberMiddle, () => throw why);
            return;
        }

        report.Row(BenchRow.OnnxMiddle, () => Compare(BenchRow.OnnxMiddle, shop.OnnxRuntime.Name));
        report.Row(BenchRow.SberMiddle, () => Compare(BenchRow.SberMiddle, _tiles));
    }

    private void Enter(BenchModel model)
    {
        var picture = shop.Picture(Width, Height);
        report.Say($"{_contest.Work}: ONNX Runtime for comparison");
        shop.LoadOnnx(model);
        var onnx = () => Run(shop.OnnxRuntime, picture);
        onnx();
        var expected = shop.ResultOf(shop.OnnxRuntime);

        var ours = () => Run(shop.Ours, picture, Threads);
        _contest.Enter(
            shop.Ours.Name,
            () =>
            {
                shop.Ours.Load(model.Weights);
                ours();
                report.Check($"{shop.Ours.Name}, {_contest.Work}", shop.ResultOf(shop.Ours), shop.OnnxRuntime.Name, expected);
            },
            ours);
        if (report.Options.Wants(BenchRow.OnnxMiddle)) _contest.Enter(shop.OnnxRuntime.Name, () => { }, onnx);
        if (report.Options.Wants(BenchRow.SberMiddle)) EnterTiles(model, picture);
    }

    private void EnterTiles(BenchModel model, Raster picture)
    {
        Raster[] tiles = [.. Tiles(picture)];
        var peer = FasterPeer(model, tiles[0]);
        _tiles = $"{tiles.Length} tiles, {peer.Name}";
        _contest.Enter(
            _tiles,
            () =>
            {
                var theirs = shop.ResultOf(peer); // of the tile that has just been tried
                Run(shop.Ours, tiles[0], Threads);
                report.Check($"{shop.Ours.Name}, {Side}×{Side}", shop.ResultOf(shop.Ours), peer.Name, theirs);
            },
            () => tiles.Sum(tile => Run(peer, tile)));
    }

    /// <summary>Whoever does a tile faster, warm; the other is left out of account, or cannot do it at all.</summary>
    private Peer FasterPeer(BenchModel model, Raster tile)
    {
        var seconds = new Dictionary<Peer, double>();
        BenchException? failure = null;
        foreach (var (peer, load) in ((Peer, Action)[])[(shop.OnnxRuntime, () => shop.LoadOnnx(model)), (shop.PyTorch, () => shop.LoadTorch(model))])
        {
            try
            {
                load();
                Run(peer, tile);
                seconds[peer] = Run(peer, tile);
                report.Add($"a tile of {Side}×{Side}", peer.Name, seconds[peer]);
            }
            catch (BenchException why)
            {
                failure = why;
            }
        }

        return seconds.Count > 0 ? seconds.MinBy(pair => pair.Value).Key : throw failure!;
    }

    private IEnumerable<Raster> Tiles(Raster picture)
    {
        for (var top = 0; top < picture.Height; top += Tile)
            for (var left = 0; left < picture.Width; left += Tile)
                yield return picture.Part(left - Padding, top - Padding, Side, Side, shop.PathOf($"pictures/tile-{left}-{top}.u8"));
    }

    private static double Run(Peer peer, Raster picture, params string[] words)
    {
        peer.Show(picture);
        return peer.Run(words);
    }

    private RowResult Compare(BenchRow row, string peer)
    {
        _contest.Require(peer, shop.Ours.Name);
        return report.TimesAsLong(row, _contest.Work, peer, shop.Ours.Name);
    }
}
