using System.Globalization;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>x4plus by the engine alone at 2,000×1,500 and at 256×256, in turn: what a pixel costs.</summary>
internal sealed class LargePicture(Workshop shop, Report report)
{
    private const string Work = "2,000×1,500";
    private const string SmallWork = "256×256 beside 2,000×1,500";

    /// <summary>Measures the row, if it is wanted.</summary>
    public void Measure() => report.Row(BenchRow.Large, () =>
    {
        var model = shop.Model("x4plus");
        var (small, large) = (shop.Picture(256, 256), shop.Picture(2000, 1500));
        var check = new LastCorner(shop, report);
        var expected = check.Expected(model, large);

        shop.Ours.Load(model.Weights);
        Run(small); // to get warm
        for (var round = 0; round < report.Options.Repeat(full: 2, quick: 1); round++)
        {
            report.Add(SmallWork, shop.Ours.Name, Run(small));
            report.Add(Work, shop.Ours.Name, Run(large));
            if (round == 0)
                report.Check($"{shop.Ours.Name}, the last corner of {Work}", shop.ResultOf(shop.Ours, LastCorner.Of(large, model.Network.Scale)), shop.OnnxRuntime.Name, expected);
        }

        double[] largePixel = PerPixel(Work, large), smallPixel = PerPixel(SmallWork, small);
        return new RowResult(BenchRow.Large, Spread.MedianOf(largePixel) / Spread.MedianOf(smallPixel), Micro(largePixel), $"{Micro(smallPixel)} at 256×256",
            Spread.MedianOfQuotients(largePixel, smallPixel));
    });

    private double Run(Raster picture)
    {
        shop.Ours.Show(picture);
        return shop.Ours.Run(report.Options.Threads.ToString(CultureInfo.InvariantCulture));
    }

    private double[] PerPixel(string work, Raster picture) => [.. report.Log.Of(work, shop.Ours.Name).Select(seconds => seconds / picture.Pixels)];

    private static string Micro(double[] seconds) => string.Create(CultureInfo.InvariantCulture, $"{Spread.MedianOf(seconds) * 1e6:0.0} µs a pixel");
}
