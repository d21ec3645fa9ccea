namespace TorchUpscaler.App.Tests.Default;

/// <summary>What the default build says of that which only the full one has.</summary>
public sealed class DefaultBuildTests : IDisposable
{
    private const int ExitRefused = 2;

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

    public void Dispose() => _here.Dispose();
}
