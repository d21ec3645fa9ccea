using TorchUpscaler.Core;
using TorchUpscaler.Torch.Streaming;

namespace TorchUpscaler.Torch.Tests;

public class ResultGuardTests
{
    private static readonly float[] s_black = new float[30];

    [Theory]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NegativeInfinity, false)]
    [InlineData(-3e38f, true)]
    public void What_is_no_number_is_found_wherever_it_is(float value, bool isFinite)
    {
        for (var at = 0; at < s_black.Length; at++)
        {
            var values = s_black.ToArray();
            values[at] = value;
            Assert.Equal(isFinite, ResultGuard.IsFinite(values));
        }
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 8)]
    [InlineData(4, 8)]
    [InlineData(3, 16)]
    public void One_colour_of_many_is_implausible(int channels, int bits)
    {
        var guard = new ResultGuard(Samples.Picture(8, 8, channels, bits));
        Assert.True(guard.IsImplausiblyFlat(s_black, 3, 0, 0, 8, 8));
        Assert.True(guard.IsImplausiblyFlat([0.1f, 0.5f, 0.9f, 0.1f, 0.5f, 0.9f], 3, 0, 6, 8, 5)); // of which 2 rows are in the picture
        Assert.False(guard.IsImplausiblyFlat([0.1f, 0.5f, 0.9f, 0.1f, 0.5f, 0.91f], 3, 0, 0, 8, 8));
        Assert.False(guard.IsImplausiblyFlat([0.1f, 0.5f, 0.9f], 3, 0, 0, 8, 8)); // a pixel is one colour
    }

    [Fact]
    public void One_colour_of_one_is_not()
    {
        var flat = new Picture(8, 8, 4, 8);
        for (var i = 3; i < flat.Bytes.Length; i += 4) flat.Bytes[i] = (byte)i; // alpha is no colour
        Assert.False(new ResultGuard(flat).IsImplausiblyFlat(s_black, 3, 0, 0, 8, 8));
        flat.Bytes[4 * 8 * 5] = 2; // the first pixel of row 5: a sky of which a network makes one colour
        Assert.False(new ResultGuard(flat).IsImplausiblyFlat(s_black, 3, 0, 5, 8, 1));
        flat.Bytes[4 * 8 * 5] = 3;
        var guard = new ResultGuard(flat);
        Assert.False(guard.IsImplausiblyFlat(s_black, 3, 0, 0, 8, 5));
        Assert.True(guard.IsImplausiblyFlat(s_black, 3, 0, 5, 8, 1));
        Assert.False(guard.IsImplausiblyFlat(s_black, 3, 1, 0, 7, 8));
    }
}
