using System.Globalization;
using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>x4fast, the small network, at 512×512.</summary>
internal sealed class FastModel(Workshop shop, Report report)
{
    private const int Side = 512;

    private readonly Contest _contest = new("x4fast, 512×512", report);

    /// <summary>Measures the row, if it is wanted.</summary>
    public void Measure() => report.Row(BenchRow.FastModel, () =>
    {
        var (model, picture) = (shop.Model("x4fast"), shop.Picture(Side, Side));
        report.Say($"{_contest.Work}: PyTorch for comparison");
        shop.LoadTorch(model);
        shop.PyTorch.Show(picture);
        shop.PyTorch.Run();
        var expected = shop.ResultOf(shop.PyTorch);

        Enter(shop.Ours, () => shop.Ours.Load(model.Weights), picture, expected, report.Options.Threads.ToString(CultureInfo.InvariantCulture));
        Enter(shop.OnnxRuntime, () => shop.LoadOnnx(model), picture, expected);
        _contest.Run(report.Options.Repeat(full: 9, quick: 3));
        _contest.Require(shop.Ours.Name, shop.OnnxRuntime.Name);
        return report.TimesAsLong(BenchRow.FastModel, _contest.Work, shop.OnnxRuntime.Name, shop.Ours.Name);
    });

    private void Enter(Peer peer, Action load, Raster picture, byte[] expected, params string[] words) => _contest.Enter(
        peer.Name,
        () =>
        {
            load();
            peer.Show(picture);
            peer.Run(words);
            report.Check($"{peer.Name}, {_contest.Work}", shop.ResultOf(peer), shop.PyTorch.Name, expected);
        },
        () => peer.Run(words));
}
