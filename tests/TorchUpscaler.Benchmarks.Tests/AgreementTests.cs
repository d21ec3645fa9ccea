using TorchUpscaler.Benchmarks.Measuring;

namespace TorchUpscaler.Benchmarks.Tests;

public class AgreementTests
{
    [Theory]
    [InlineData(10_000, 5, 1, true)]   // 0.05 % of the bytes
    [InlineData(10_000, 6, 1, false)]
    [InlineData(10_000, 1, 2, false)]  // one byte, by two levels
    [InlineData(100, 2, 1, true)]      // two bytes are always allowed
    [InlineData(100, 3, 1, false)]
    [InlineData(100, 0, 0, true)]
    public void Results_agree_within_the_bar_of_every_engine(int bytes, int different, int levels, bool holds)
    {
        byte[] expected = [.. Enumerable.Repeat((byte)100, bytes)], actual = [.. expected];
        for (var i = 0; i < different; i++) actual[i * 7] -= (byte)levels;

        var agreement = Agreement.Between("ours", actual, "theirs", expected);

        Assert.Equal(new Agreement("ours", "theirs", bytes, different, levels), agreement);
        Assert.Equal(holds, agreement.Holds);
    }

    [Fact]
    public void Values_are_rounded_as_a_picture_has_them() =>
        Assert.Equal([0, 0, 0, 1, 128, 255, 255], Agreement.ToBytes([-0.5f, 0, 0.4f / 255, 0.6f / 255, 128 / 255f, 1, 7], "ours"));

    [Fact]
    public void What_is_no_number_agrees_with_nothing() =>
        Assert.Equal("ours: value 1 is NaN", Assert.Throws<BenchException>(() => Agreement.ToBytes([0, float.NaN], "ours")).Message);

    [Fact]
    public void Results_of_two_sizes_agree_in_nothing() =>
        Assert.Equal("ours has 1 bytes, and that of theirs 2", Assert.Throws<BenchException>(() => Agreement.Between("ours", [1], "theirs", [1, 2])).Message);
}
