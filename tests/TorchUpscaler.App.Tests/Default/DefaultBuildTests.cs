namespace TorchUpscaler.App.Tests.Default;

/// <summary>What the default build says of that which only the full one has.</summary>
[Collection(ProgramTests.Name)]
public sealed class DefaultBuildTests(TinyModels models) : IDisposable
{
    private const int ExitFailed = 1, ExitRefused = 2;

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("no Torch engine", "--engine", "torch")]
    [InlineData("no Torch engine", "--device", "cuda:0")]
    [InlineData("no ImageSharp", "--codec", "imagesharp")]
    [InlineData("fp32 alone", "--precision", "fp16")]
    public void What_this_build_does_not_have_is_refused_with_what_to_do(string fault, string option, string value) =>
        ProgramRun.Of("upscale", _here.Picture("photo.png"), "--weights", _here.Folder, option, value).ExitedWith(ExitRefused).SaidOneSentence(fault);

    [Theory]
    [InlineData("torch")]
    [InlineData("cuda:0")]
    [InlineData("imagesharp")]
    public void And_the_switch_that_builds_it_is_named(string value) =>
        ProgramRun.Of("upscale", _here.Picture("photo.png"), value switch { "torch" => "--engine", "imagesharp" => "--codec", _ => "--device" }, value)
            .ExitedWith(ExitRefused).SaidOneSentence("-p:Packages=full");

    [Fact]
    public void A_machine_without_libvips_is_told_what_to_install()
    {
        var (picture, without) = (_here.Picture("photo.png"), _here.WithoutLibvips());
        var before = _here.Files;

        ProgramRun.In(null, without, "upscale", picture, "--weights", models.Folder).ExitedWith(ExitRefused).SaidOneSentence("libvips", "apt-get install libvips42");
        Assert.Equal(before, _here.Files);
    }

    [Fact]
    public void To_doctor_a_machine_without_libvips_is_broken_and_the_rest_is_looked_at_all_the_same()
    {
        var result = ProgramRun.In(_here.Folder, _here.WithoutLibvips(), "doctor", "--weights", models.Folder).ExitedWith(ExitFailed);

        Assert.Contains("broken   pictures  pictures cannot be read or written because libvips is not installed; run: apt-get install libvips42", result.Output, StringComparison.Ordinal);
        Assert.Contains("x4plus (RRDBNet ×4)", result.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _here.Dispose();
}
