using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary><c>torchupscaler models</c>.</summary>
[Collection(ProgramTests.Name)]
public sealed class ModelsTests(TinyModels models) : IDisposable
{
    private const int ExitDone = 0, ExitFailed = 1;

    private readonly Workplace _here = new();

    [Fact]
    public void What_is_installed_what_is_taken_and_what_can_be_had_is_listed()
    {
        var said = Run("--weights", models.Folder).ExitedWith(ExitDone).Output;

        Assert.Contains($"x4plus            RRDBNet ×4, {models.PathOf("x4plus")}", said, StringComparison.Ordinal);
        Assert.Contains("x4fast            SRVGGNetCompact ×4", said, StringComparison.Ordinal);
        Assert.Contains("grey              RRDBNet ×4 for grey pictures", said, StringComparison.Ordinal);
        Assert.Contains("×2                sber-x2\n", said, StringComparison.Ordinal);
        Assert.Contains("×8                x4plus+sber-x2 (×8 is reached by x4plus, then sber-x2)\n", said, StringComparison.Ordinal);
        Assert.Contains("Can be had with: dotnet run -c Release --project tools/WeightConverter -- pull NAME\n", said, StringComparison.Ordinal);
        Assert.Contains("  sber-x8           RRDBNet ×8", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_the_same_and_the_whole_catalogue()
    {
        using var json = JsonDocument.Parse(Run("--weights", models.Folder, "--json").ExitedWith(ExitDone).Output);
        var root = json.RootElement;

        Assert.Equal(["folders", "installed", "taken", "catalogue"], root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(["general-wdn-x4v3", "general-x4v3", "grey", "sber-x2", "x4fast", "x4plus"], root.GetProperty("installed").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.Equal("x4plus", root.GetProperty("taken").GetProperty("4").GetProperty("model").GetString());
        using var catalogue = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "weights/models.json")));
        Assert.Equal(
            catalogue.RootElement.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()),
            root.GetProperty("catalogue").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
        Assert.All(root.GetProperty("catalogue").EnumerateArray(), model =>
            Assert.EndsWith($"-- pull {model.GetProperty("name")}", model.GetProperty("command").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named_with_its_fault()
    {
        _here.Text("broken.safetensors", "no weights");

        var said = Run("--weights", _here.Folder).ExitedWith(ExitDone).Output;
        using var json = JsonDocument.Parse(Run("--weights", _here.Folder, "--json").ExitedWith(ExitDone).Output);

        Assert.Contains($"broken            cannot be used: {_here.PathOf("broken.safetensors")}", said, StringComparison.Ordinal);
        Assert.Contains("broken.safetensors", json.RootElement.GetProperty("installed")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_installed_the_command_that_gets_a_model_is_told()
    {
        var said = ProgramRun.In(_here.Folder, null, "models", "--weights", _here.Folder).ExitedWith(ExitDone).Output;

        Assert.Contains("None is installed.", said, StringComparison.Ordinal);
        Assert.Contains("×4                no model is installed", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_cannot_be_written_is_a_failure() =>
        ProgramRun.Redirected("> /dev/full", "models").ExitedWith(ExitFailed).SaidOneSentence("the list of models cannot be written to standard output");

    public void Dispose() => _here.Dispose();

    private ProgramResult Run(params string[] arguments) => ProgramRun.In(_here.Folder, null, ["models", .. arguments]);
}
