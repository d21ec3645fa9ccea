using System.Text.Json;
using TorchUpscaler.App.Tests.Queue;

namespace TorchUpscaler.App.Tests.Full;

/// <summary>The program of the full build, with the engine and the codec that the default one does not have.</summary>
[Collection(ProgramTests.Name)]
public sealed class FullBuildTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Fact]
    public void Both_engines_make_the_same_picture()
    {
        var picture = _here.Picture("photo.png", 47, 39);
        var said = Upscale(picture, "-o", _here.PathOf("torch.png"), "--engine", "torch", "--device", "cpu", "--json").ExitedWith(ExitDone);
        Upscale(picture, "-o", _here.PathOf("cpu.png"), "--engine", "cpu").ExitedWith(ExitDone);

        Assert.Equal("torch", JsonDocument.Parse(said.Output).RootElement.GetProperty("engine").GetString());
        AssertClose("cpu.png", "torch.png", levels: 1);
    }

    [Theory]
    [InlineData("photo.png", "RGB", "PNG RGB 80 48")]
    [InlineData("photo.jpg", "RGB", "JPEG RGB 80 48")]
    [InlineData("photo.webp", "RGB", "WEBP RGB 80 48")]
    [InlineData("deep.png", "I;16", "PNG I;16 80 48")]
    [InlineData("clear.png", "RGBA", "PNG RGBA 80 48")]
    public void ImageSharp_reads_and_writes_what_libvips_does(string name, string mode, string kind)
    {
        var picture = _here.Picture(name, mode: mode);
        var result = "result" + Path.GetExtension(name);
        Upscale(picture, "-o", _here.PathOf(result), "--codec", "imagesharp").ExitedWith(ExitDone);

        Assert.Equal(kind, Python.Describe(_here.PathOf(result)));
    }

    [Fact]
    public void Both_codecs_hand_on_the_same_lossless_picture()
    {
        var picture = _here.Picture("photo.png", 31, 22);
        foreach (var codec in (string[])["libvips", "imagesharp"]) Upscale(picture, "-o", _here.PathOf(codec + ".png"), "--codec", codec).ExitedWith(ExitDone);

        AssertClose("libvips.png", "imagesharp.png", levels: 0);
    }

    [Fact]
    public void Without_libvips_pictures_go_through_ImageSharp()
    {
        var picture = _here.Picture("photo.jpg");
        var without = _here.WithoutLibvips();
        var doctor = ProgramRun.In(_here.Folder, without, "doctor", "--weights", models.Folder).ExitedWith(ExitDone).Output;
        ProgramRun.In(_here.Folder, without, "upscale", picture, "-o", "result.png", "--weights", models.Folder).ExitedWith(ExitDone);

        Assert.Contains("ok       pictures  ImageSharp", doctor, StringComparison.Ordinal);
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("result.png")));
    }

    [Fact]
    public void A_worker_computes_with_TorchSharp()
    {
        using var bench = new QueueBench();
        var id = bench.Submit(bench.Picture("cat.png"), "--weights", models.Folder);
        using var worker = new WorkerProcess(bench.Folder, models.Folder, "--listen", "127.0.0.1:0", "--engine", "torch", "--device", "cpu");
        worker.WaitFor(() => bench.Run("queue", "show", $"{id}").Output.Contains("upscaled", StringComparison.Ordinal));

        Assert.Contains("engine torch", worker.Log, StringComparison.Ordinal);
        Assert.Equal(ExitDone, worker.Stop().ExitCode);
    }

    [Fact]
    public void The_budget_that_a_refusal_names_is_enough_and_is_kept()
    {
        var picture = _here.Picture("photo.png", 400, 300);
        string[] arguments = ["upscale", picture, "-o", _here.PathOf("result.png"), "-m", Path.Combine(Repository.Root, "weights", "x4fast.safetensors"), "--engine", "torch", "--device", "cpu", "--json"];
        var refusal = Assert.Single(ProgramRun.Of([.. arguments, "--memory", "20MB"]).ExitedWith(ExitRefused).ErrorLines, line => line.Contains("--memory", StringComparison.Ordinal));
        var budget = refusal[(refusal.LastIndexOf(' ') + 1)..];

        var said = ProgramRun.Of([.. arguments, "--memory", budget]).ExitedWith(ExitDone);

        var peak = JsonDocument.Parse(said.Output).RootElement.GetProperty("peakMb").GetDouble();
        Assert.InRange(peak, 100, double.Parse(budget[..^2], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_card_that_is_not_there_is_told_in_a_sentence() =>
        Upscale(_here.Picture("photo.png"), "--device", "cuda:63").ExitedWith(ExitRefused).SaidOneSentence("cuda:63 cannot be used", "--engine cpu");

    [Fact]
    public void Half_precision_without_a_card_is_refused_in_a_sentence() =>
        Upscale(_here.Picture("photo.png"), "--engine", "torch", "--device", "cpu", "--precision", "fp16").ExitedWith(ExitRefused).SaidOneSentence("CUDA card", "--precision");

    [Fact]
    public void Without_libtorch_the_Torch_engine_is_refused_in_a_sentence_and_the_CPU_engine_works()
    {
        var program = _here.PathOf("program");
        Python.Run(
            """
            import os, shutil, sys
            source, target = sys.argv[1:]
            shutil.copytree(source, target, copy_function=os.symlink)
            for folder, _, files in os.walk(target):
                for name in files:
                    if "torch" in name.lower() and ".so" in name: os.remove(os.path.join(folder, name))
            # The program's own folder is where its main file really is.
            for name in os.listdir(target):
                if name.startswith("torchupscaler."):
                    os.remove(os.path.join(target, name)); shutil.copy(os.path.join(source, name), target)
            """, AppContext.BaseDirectory, program);
        var picture = _here.Picture("photo.png");

        var refused = ProgramRun.At(program, "upscale", picture, "--weights", models.Folder, "--engine", "torch").ExitedWith(ExitRefused);
        refused.SaidOneSentence("libtorch cannot be loaded", "--engine cpu");
        ProgramRun.At(program, "upscale", picture, "--weights", models.Folder).ExitedWith(ExitDone);
    }

    public void Dispose() => _here.Dispose();

    private ProgramResult Upscale(params string[] arguments) => ProgramRun.Of(["upscale", "--weights", models.Folder, .. arguments]);

    private void AssertClose(string first, string second, int levels) => Assert.InRange(int.Parse(Python.Run(
        """
        import sys, numpy
        from PIL import Image
        first, second = [numpy.asarray(Image.open(path)).astype(int) for path in sys.argv[1:]]
        print(abs(first - second).max())
        """, _here.PathOf(first), _here.PathOf(second)), System.Globalization.CultureInfo.InvariantCulture), 0, levels);
}
