using System.Globalization;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;
using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>x4plus at 256×256, and the loop of multiply-adds beside it: all who are needed for the rows do it in turn.</summary>
internal sealed class SmallPicture(Workshop shop, Report report)
{
    private const string Ours1 = "ours, 1 thread";
    private const string Fma = "FMA loop";
    private const string Fma1 = "FMA loop, 1 thread";
    private const int Side = 256;

    private readonly int _threads = report.Options.Threads;
    private readonly Contest _contest = new("256×256", report);
    private readonly Dictionary<string, double> _operations = []; // of the loop of multiply-adds

    private string Ours => shop.Ours.Name;

    /// <summary>Measures the rows that are wanted of these.</summary>
    public void Measure()
    {
        BenchRow[] rows = [BenchRow.OnnxSmall, BenchRow.TorchSmall, BenchRow.FmaShare, BenchRow.SecondCore, BenchRow.Avx2Small];
        if (!report.Options.Wants(rows)) return;

        BenchModel? model = null;
        try
        {
            model = shop.Model("x4plus");
            Enter(model);
            _contest.Run(report.Options.Repeat(full: 5, quick: 2));
        }
        catch (BenchException why)
        {
            foreach (var row in rows) report.Row(row, () => throw why);
            return;
        }

        Conclude(model);
    }

    private void Enter(BenchModel model)
    {
        var wants = report.Options.Wants;
        var picture = shop.Picture(Side, Side);

        // PyTorch's result is what all others are compared with, so that it runs once whatever is wanted.
        report.Say($"{_contest.Work}: PyTorch for comparison");
        shop.LoadTorch(model);
        shop.PyTorch.Show(picture);
        shop.PyTorch.Run();
        var expected = shop.ResultOf(shop.PyTorch);

        if (wants([BenchRow.OnnxSmall, BenchRow.TorchSmall, BenchRow.FmaShare, BenchRow.SecondCore]))
            EnterPeer(shop.Ours, () => shop.Ours.Load(model.Weights), picture, expected, Text(_threads));
        if (wants([BenchRow.OnnxSmall, BenchRow.Avx2Small]))
            EnterPeer(shop.OnnxRuntime, () => shop.LoadOnnx(model), picture, expected);
        if (wants([BenchRow.Avx2Small]))
            EnterPeer(shop.OursByAvx2, () => LoadByAvx2(model), picture, expected, Text(_threads));
        if (wants([BenchRow.TorchSmall]))
            _contest.Enter(shop.PyTorch.Name, () => { }, () => shop.PyTorch.Run());
        if (wants([BenchRow.FmaShare, BenchRow.SecondCore])) EnterLoop(Fma, _threads);
        if (wants([BenchRow.SecondCore]))
        {
            _contest.Enter(Ours1, () => shop.Ours.Run("1"), () => shop.Ours.Run("1"));
            EnterLoop(Fma1, 1);
        }
    }

    private void EnterPeer(Peer peer, Action load, Raster picture, byte[] expected, params string[] words) => _contest.Enter(
        peer.Name,
        () =>
        {
            load();
            peer.Show(picture);
            peer.Run(words);
            report.Check($"{peer.Name}, {_contest.Work}", shop.ResultOf(peer), shop.PyTorch.Name, expected);
        },
        () => peer.Run(words));

    private void LoadByAvx2(BenchModel model)
    {
        shop.OursByAvx2.Load(model.Weights);
        if (shop.OursByAvx2.Vectors != "AVX2")
            throw new BenchException($"this machine's vectors without AVX-512 are {shop.OursByAvx2.Vectors}, not AVX2");
    }

    private void EnterLoop(string by, int threads)
    {
        double Run()
        {
            var answer = shop.Ours.Ask("fma", Text(threads));
            _operations[by] = answer.GetProperty("operations").GetDouble();
            return answer.GetProperty("seconds").GetDouble();
        }

        _contest.Enter(by, () => Run(), Run);
    }

    private void Conclude(BenchModel model)
    {
        report.Row(BenchRow.OnnxSmall, () => Compare(BenchRow.OnnxSmall, shop.OnnxRuntime.Name, Ours));
        report.Row(BenchRow.TorchSmall, () => Compare(BenchRow.TorchSmall, shop.PyTorch.Name, Ours));
        report.Row(BenchRow.Avx2Small, () => Compare(BenchRow.Avx2Small, shop.OnnxRuntime.Name, shop.OursByAvx2.Name));
        report.Row(BenchRow.FmaShare, () => ShareOfPeak(model.Network));
        report.Row(BenchRow.SecondCore, GainByThreads);
    }

    private RowResult Compare(BenchRow row, string peer, string ours)
    {
        _contest.Require(peer, ours);
        return report.TimesAsLong(row, _contest.Work, peer, ours);
    }

    private RowResult ShareOfPeak(NetworkShape network)
    {
        _contest.Require(Ours, Fma);
        var work = 2 * NetworkCost.PerPixel(network) * Side * Side;
        var (ours, loop) = (report.Log.Of(_contest.Work, Ours), report.Log.Of(_contest.Work, Fma));
        var (speed, peak) = (work / Spread.MedianOf(ours), _operations[Fma] / Spread.MedianOf(loop));
        return new RowResult(BenchRow.FmaShare, speed / peak, Giga(speed), $"{Giga(peak)} {Fma}",
            Spread.MedianOfQuotients([.. ours.Select(seconds => work / seconds)], [.. loop.Select(seconds => _operations[Fma] / seconds)]));
    }

    private RowResult GainByThreads()
    {
        if (_threads < 2) throw new BenchException("one thread has no second core to gain by");
        _contest.Require(Ours, Ours1, Fma, Fma1);
        double Gain(string many, string one, double work) => work * report.Log.MedianOf(_contest.Work, one) / report.Log.MedianOf(_contest.Work, many);
        var ours = Gain(Ours, Ours1, 1);
        var loop = Gain(Fma, Fma1, _operations[Fma] / _operations[Fma1]);
        return new RowResult(BenchRow.SecondCore, ours / loop, Times(ours), $"{Times(loop)} {Fma}");
    }

    private static string Giga(double speed) => string.Create(CultureInfo.InvariantCulture, $"{speed / 1e9:0} GFLOP/s");

    private static string Times(double gain) => string.Create(CultureInfo.InvariantCulture, $"{gain:0.000}× by threads");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
