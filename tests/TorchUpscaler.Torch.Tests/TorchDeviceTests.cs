namespace TorchUpscaler.Torch.Tests;

public class TorchDeviceTests
{
    [Theory]
    [InlineData("cpu", false, 0)]
    [InlineData("cuda", true, 0)]
    [InlineData("cuda:0", true, 0)]
    [InlineData("cuda:3", true, 3)]
    public void A_device_is_named_as_PyTorch_names_it(string text, bool isCuda, int index) =>
        Assert.Equal(new TorchDevice(isCuda, index), TorchDevice.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:64")]
    [InlineData("cuda:99999999999")]
    [InlineData("cpu:0")]
    public void What_is_no_device_is_refused_with_what_to_write(string text)
    {
        var error = Assert.Throws<FormatException>(() => TorchDevice.Parse(text));
        Assert.Contains("write auto, cpu, cuda:0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_says_its_name()
    {
        Assert.Equal("cpu", TorchDevice.Cpu.ToString());
        Assert.Equal("cuda:2", new TorchDevice(IsCuda: true, 2).ToString());
    }
}
