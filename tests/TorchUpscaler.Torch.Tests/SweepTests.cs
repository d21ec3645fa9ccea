using TorchUpscaler.Core;
using TorchUpscaler.Torch.Streaming;

namespace TorchUpscaler.Torch.Tests;

public class SweepTests
{
    private static readonly RrdbNetShape s_x4plus = Samples.Net(4, 64, 23, 32);

    [Theory]
    [InlineData(100, 8, 347)]
    [InlineData(1, 8, 4)]
    [InlineData(1000, 16, 34)]
    [InlineData(7, 1000, 17)]
    public void Every_layer_computes_each_row_once_and_never_before_the_layer_that_it_reads(int rows, int bandRows, int lag)
    {
        var plan = new SweepPlan(10, rows, bandRows, 4, lag, IsSideways: false);
        var ends = new int[lag + 1];
        for (var pass = 0; pass < plan.Passes; pass++)
            for (var layer = 0; layer <= lag; layer++)
            {
                var end = plan.EndOf(pass, layer);
                Assert.InRange(end, ends[layer], rows);
                // A row needs the one below it, as far as there is one.
                if (layer > 0) Assert.True(end == 0 || ends[layer - 1] >= Math.Min(rows, end + 1), $"row {end} of layer {layer} in pass {pass}");
                ends[layer] = end;
            }
        Assert.All(ends, end => Assert.Equal(rows, end));
        Assert.True(plan.EndOf(plan.Passes - 2, lag) < rows || plan.Passes == 1); // no pass too many
    }

    [Fact]
    public void The_first_plan_has_the_largest_bands_and_the_last_goes_along_the_other_side()
    {
        var plans = new SweepPlanner(s_x4plus, 1 << 20, 1 << 16).Plans(6000, 400).ToList();
        Assert.Equal((6000, 400, 174, false), (plans[0].Columns, plans[0].Rows, plans[0].BandRows, plans[0].IsSideways));
        Assert.Equal((400, 6000, 8, true), (plans[^1].Columns, plans[^1].Rows, plans[^1].BandRows, plans[^1].IsSideways));
        Assert.All(plans, plan => Assert.InRange(plan.TailRows, 1, plan.BandRows));
    }

    [Fact]
    public void With_pixel_unshuffle_the_feature_maps_are_smaller_and_sides_rounded_up()
    {
        Assert.Equal((51, 26), Size(Samples.Net(2), 101, 51));
        Assert.Equal((26, 13), Size(Samples.Net(1), 101, 51));
        Assert.Equal((101, 51), Size(Samples.Compact(2), 101, 51));

        static (int, int) Size(NetworkShape shape, int width, int height)
        {
            var plan = new SweepPlanner(shape, 1 << 20, 1 << 16).Plans(width, height).First();
            return (plan.Columns, plan.Rows);
        }
    }

    [Theory]
    [InlineData(6000, 4000)]
    [InlineData(24_000, 1000)]
    [InlineData(1000, 24_000)]
    public void Twenty_four_megapixels_fit_a_card_of_8_GB_in_half_precision_whatever_their_shape(int width, int height)
    {
        var planner = new SweepPlanner(s_x4plus, 1 << 20, 1 << 16);
        var bytes = planner.Plans(width, height).Min(plan => planner.Bytes(plan, sizeof(short)));
        Assert.InRange(bytes, 0, 6L << 30);
    }

    [Theory]
    [InlineData(4, 64, 23, 32, 16_697_987)]
    [InlineData(4, 64, 6, 32, 4_467_779)]
    public void Parameters_are_counted_as_the_papers_do(int scale, int features, int blocks, int growth, long parameters)
    {
        var biases = features + (3 * blocks * ((4 * growth) + features)) + (4 * features) + 3;
        Assert.Equal(parameters, SweepMemory.Parameters(Samples.Net(scale, features, blocks, growth)) + biases);
    }
}
