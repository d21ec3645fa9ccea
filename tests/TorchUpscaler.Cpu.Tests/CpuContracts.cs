using TorchUpscaler.Core;

namespace TorchUpscaler.Cpu.Tests;

/// <summary>The engine keeps the contract.</summary>
public sealed class CpuNetworkTests : NetworkContract
{
    protected override IUpscaleEngine Open() => new CpuEngine();

    [Fact]
    public void The_real_x4plus_in_bands_of_24_rows_equals_PyTorch()
    {
        var weights = Samples.Weights("x4plus");
        var shape = Samples.Net(4, 64, 23, 32);
        var photo = Oracle.Photo(Path.Combine(Oracle.Root, "docs", "photo.jpg"), 60, 20, 125, 98);
        Exactness.Holds(Oracle.Upscale(weights, shape, photo), Runs.UpscaleInBands(weights, shape, photo, 24, 6).Values, "x4plus in bands of 24 rows");
    }
}

/// <summary>The engine keeps the contract.</summary>
public sealed class CpuRunTests : RunContract
{
    protected override IUpscaleEngine Open() => new CpuEngine();
}
