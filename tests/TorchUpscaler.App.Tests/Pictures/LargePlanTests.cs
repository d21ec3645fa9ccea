using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Imaging;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>24 megapixels with a network of the usual size: whether they fit the default budget is known before any work.</summary>
[Collection(ProgramTests.Name)]
public sealed class LargePlanTests : IDisposable
{
    private const long Budget = 4L << 30;

    private readonly Workplace _here = new();

    [Fact]
    public void Large_pictures_with_and_without_alpha_fit_the_default_budget()
    {
        Python.MakeModel(_here.PathOf("usual.safetensors"), scale: 4, features: 64, blocks: 23, growth: 32);
        using var engine = new CpuEngine();
        using var file = ModelFile.Open(_here.PathOf("usual.safetensors"));
        using var model = engine.Load(file);
        var refused = new List<string>();
        foreach (var (channels, bits) in new[] { (3, 8), (3, 16), (4, 8), (4, 16) })
        {
            if (Missing(model, channels, bits) is { } error) refused.Add($"{channels} channels of {bits} bits: {error}");
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        Assert.Empty(refused);
    }

    public void Dispose() => _here.Dispose();

    // What the plan of the whole way says; null: it fits.
    private static string? Missing(ILoadedModel model, int channels, int bits)
    {
        var picture = new Picture(6000, 4000, channels, bits);
        picture.Bytes.Fill(77); // so that its memory is there, and its alpha is not full
        var shape = ResultShape.Of(picture, 4, PictureFormat.Png);
        var options = new RunOptions { MemoryBytes = Budget, ReservedBytes = new VipsCodec().EncoderBytes(PictureFormat.Png, shape) };
        try
        {
            PictureRun.Start(picture, [model], shape, new NoWriter(), options).Dispose();
            return null;
        }
        catch (DoesNotFitException error)
        {
            return error.Message;
        }
    }

    private sealed class NoWriter : IPictureWriter
    {
        public void Write(ReadOnlySpan<byte> rows, int count) => Assert.Fail("planning computes nothing");

        public void Complete() => Assert.Fail("planning computes nothing");

        public void Dispose() { }
    }
}
