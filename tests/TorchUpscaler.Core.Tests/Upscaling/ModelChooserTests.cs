using System.Globalization;

namespace TorchUpscaler.Core.Tests.Upscaling;

/// <summary>Which models run for a picture, from files whose headers are those of the real networks in small.</summary>
public sealed class ModelChooserTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("", "dotnet run -c Release --project tools/WeightConverter -- pull x4plus")]
    [InlineData("weights", "dotnet run -c Release --project tools/WeightConverter -- pull x4plus")] // the tool alone: it lies so where it is built
    [InlineData("weights torchupscaler", "{0}/weights pull x4plus")]
    public void Where_both_programs_are_in_one_folder_the_tool_is_called_from_there(string files, string command)
    {
        foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries)) File.WriteAllText(_folder[file], "");
        var folder = Path.GetDirectoryName(_folder["weights"])!;

        Assert.Equal(string.Format(CultureInfo.InvariantCulture, command, folder), ModelFolders.WeightsCommand("pull x4plus", folder));
    }

    [Theory]
    // What is installed, the scale, the chain, the note.
    [InlineData("x4plus", null, "x4plus", null)]
    [InlineData("x4plus sber-x4", null, "sber-x4", null)]
    [InlineData("x4plus sber-x4 sber-x2 x2plus", 2.0, "sber-x2", null)]
    [InlineData("x4plus x2plus", 2.0, "x2plus", null)]
    [InlineData("x4plus sber-x8", 8.0, "sber-x8", null)]
    [InlineData("x4plus", 2.0, "x4plus", "×2 is reached by x4plus and Lanczos")]
    [InlineData("x4plus x2plus", 8.0, "x4plus x2plus", "×8 is reached by x4plus, then x2plus")]
    [InlineData("x4plus", 8.0, "x4plus x4plus", "×8 is reached by x4plus, then x4plus and Lanczos")]
    [InlineData("x4plus x2plus", 3.0, "x4plus", "×3 is reached by x4plus and Lanczos")]
    [InlineData("x4plus sber-x2 sber-x8", 6.0, "sber-x8", "×6 is reached by sber-x8 and Lanczos")]
    [InlineData("x2plus", null, "x2plus x2plus", "×4 is reached by x2plus, then x2plus")]
    [InlineData("sber-x8", null, "sber-x8", "×4 is reached by sber-x8 and Lanczos")]
    [InlineData("x4plus x2plus", 1.0, "x2plus", "×1 is reached by x2plus and Lanczos")]
    [InlineData("x4plus", 16.0, "x4plus x4plus", "×16 is reached by x4plus, then x4plus")]
    [InlineData("x4plus sber-x2", 3.5, "x4plus", "×3.5 is reached by x4plus and Lanczos")]
    [InlineData("x4plus sber-x2", 1.9, "sber-x2", "×1.9 is reached by sber-x2 and Lanczos")]
    [InlineData("x4plus sber-x2", 5.0, "x4plus sber-x2", "×5 is reached by x4plus, then sber-x2 and Lanczos")]
    [InlineData("x4plus sber-x2", 4.4, "x4plus", "×4.4 is reached by x4plus and Lanczos")] // a tenth more is Lanczos'
    [InlineData("x4plus sber-x2", 4.41, "x4plus sber-x2", "×4.41 is reached by x4plus, then sber-x2 and Lanczos")]
    [InlineData("x4plus sber-x2", 0.5, "lanczos", "the result is smaller than the picture, which Lanczos reduces without a network")]
    public void The_best_installed_chain_with_the_least_work_is_taken(string installed, double? scale, string chain, string? note)
    {
        Install(installed);

        var choice = Choose(null, scale);

        Assert.Equal(chain.Replace(' ', '+'), choice.Name);
        Assert.Equal(scale ?? 4.0, choice.Scale);
        Assert.Equal(note, choice.Note);
    }

    [Theory]
    [InlineData("x2plus", null, 2.0, "x2plus", null)]
    [InlineData("x2plus", 2.0, 2.0, "x2plus", null)]
    [InlineData("x4plus", 2.0, 2.0, "x4plus", "×2 is reached by x4plus and Lanczos")]
    [InlineData("x2plus", 8.0, 8.0, "x2plus x2plus x2plus", "×8 is reached by x2plus, then x2plus, then x2plus")]
    [InlineData("x2plus", 3.0, 3.0, "x2plus x2plus", "×3 is reached by x2plus, then x2plus and Lanczos")]
    [InlineData("x4fast", null, 4.0, "x4fast", null)]
    public void A_model_that_is_asked_for_is_obeyed(string model, double? scale, double reached, string chain, string? note)
    {
        Install("x4plus x2plus sber-x4 sber-x2 sber-x8 x4fast");

        foreach (var asked in new[] { model, _folder[model + ".safetensors"] })
        {
            var choice = Choose(asked, scale, 10_000, 10_000);
            Assert.Equal((chain.Replace(' ', '+'), reached, note), (choice.Name, choice.Scale, choice.Note));
        }
    }

    [Theory]
    [InlineData(2000, 2000, 4, "x4plus", null)]
    [InlineData(2001, 2000, 4, "x4fast", "made with x4fast because the picture is large: 4.0 megapixels, and above 4 the fast model is taken")]
    [InlineData(4000, 3000, 2, "x4fast", "made with x4fast because the picture is large: 12.0 megapixels, and above 4 the fast model is taken; ×2 is reached by x4fast and Lanczos")]
    public void A_large_picture_is_made_with_the_fast_model_and_that_is_said(int width, int height, int scale, string model, string? note)
    {
        Install("x4plus x4fast");

        var choice = Choose(null, scale, width, height);

        Assert.Equal((model, note), (choice.Name, choice.Note));
    }

    [Theory]
    [InlineData(0.3, "general-x4v3", "general-wdn-x4v3")]
    [InlineData(1.0, "general-x4v3", null)]
    [InlineData(0.0, "general-wdn-x4v3", null)]
    public void Noise_is_set_by_mixing_two_models(double denoise, string name, string? partner)
    {
        Install("x4plus general-x4v3 general-wdn-x4v3");

        foreach (var asked in new[] { null, "general-x4v3" })
        {
            var model = Assert.Single(Chooser().Choose(asked, 3, 10_000, 10_000, denoise).Chain);
            Assert.Equal((name, partner is null ? null : _folder[partner + ".safetensors"], partner is null ? 1 : denoise), (model.Name, model.Partner, model.Share));
        }
    }

    [Fact]
    public void Where_one_of_the_two_is_missing_the_command_that_gets_it_is_named()
    {
        Assert.EndsWith("get them with: dotnet run -c Release --project tools/WeightConverter -- pull general-x4v3 && "
            + "dotnet run -c Release --project tools/WeightConverter -- pull general-wdn-x4v3", Refusal(() => Chooser().Choose(null, null, 9, 9, 0.5)), StringComparison.Ordinal);
        Install("general-x4v3");
        Assert.EndsWith("get it with: dotnet run -c Release --project tools/WeightConverter -- pull general-wdn-x4v3", Refusal(() => Chooser().Choose(null, null, 9, 9, 0.5)), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_cannot_be_set_with_another_model()
    {
        Install("x4plus general-x4v3 general-wdn-x4v3");

        Assert.Contains("x4plus is neither; leave out -m or --denoise", Refusal(() => Chooser().Choose("x4plus", null, 9, 9, 0.5)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_network_no_model_need_be_installed()
    {
        Assert.Equal(("lanczos", 4.0), (Chooser().ChooseNone(null, null).Name, Chooser().ChooseNone(null, null).Scale));
        Assert.Equal(2.5, Chooser().ChooseNone(null, 2.5).Scale);
        Install("x2plus");
        Assert.Equal(2, Chooser().ChooseNone("x2plus", null).Scale);
    }

    [Fact]
    public void What_counts_as_large_can_be_set_and_zero_is_never()
    {
        Install("x4plus x4fast");
        var folders = new ModelFolders(Path.GetDirectoryName(_folder["x"]));

        Assert.Equal("x4fast", new ModelChooser(folders) { FastAbovePixels = 99 }.Choose(null, null, 10, 10).Name);
        Assert.Equal("x4plus", new ModelChooser(folders) { FastAbovePixels = 100 }.Choose(null, null, 10, 10).Name);
        Assert.Equal("x4plus", new ModelChooser(folders) { FastAbovePixels = 0 }.Choose(null, null, 10_000, 10_000).Name);
    }

    [Fact]
    public void Where_the_fast_model_is_not_installed_large_pictures_are_made_with_the_large_one()
    {
        Install("x4plus");

        Assert.Equal(("x4plus", (string?)null), (Choose(null, null, 10_000, 10_000).Name, Choose(null, null, 10_000, 10_000).Note));
    }

    [Fact]
    public void Where_only_the_fast_model_is_installed_it_is_taken_and_that_is_said()
    {
        Install("x4fast");

        Assert.Equal("made with x4fast because no larger model is installed", Choose(null, null).Note);
    }

    [Fact]
    public void Where_nothing_is_installed_the_command_that_gets_a_model_is_named()
    {
        var message = Assert.Throws<WeightsException>(() => Choose(null, 2)).Message;

        Assert.Contains(Path.GetDirectoryName(_folder["x"])!, message, StringComparison.Ordinal);
        Assert.EndsWith("get one with: dotnet run -c Release --project tools/WeightConverter -- pull x4plus", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_does_not_enlarge_cannot_be_made_to()
    {
        Install("x1:1");

        Assert.Equal(1, Choose("x1", null).Scale);
        Assert.Equal("the model x1 does not enlarge; use -s 1, or another model with -m", Assert.Throws<WeightsException>(() => Choose("x1", 2)).Message);
    }

    [Fact]
    public void A_damaged_model_is_refused_only_where_it_is_needed()
    {
        Install("x4plus");
        File.WriteAllText(_folder["sber-x2.safetensors"], "no weights");

        Assert.Equal("x4plus", Choose(null, null).Name);
        Assert.Contains("sber-x2.safetensors", Assert.Throws<WeightsException>(() => Choose(null, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("sber-x2.safetensors", Assert.Throws<WeightsException>(() => Choose(null, 8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_makes_no_pictures_is_refused()
    {
        RawSafetensors.Write(_folder["odd.safetensors"], NetworkTensors.Of(new RrdbNetShape(4, 4, 4, 4, 1, 2)).Select(tensor => (tensor.Name, tensor.Shape.ToArray())));

        Assert.Contains("makes 4 channels of 4", Assert.Throws<WeightsException>(() => Choose("odd", null)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ModelChoice Choose(string? model, double? scale, int width = 100, int height = 100) =>
        Chooser().Choose(model, scale, width, height);

    private ModelChooser Chooser() => new(new ModelFolders(Path.GetDirectoryName(_folder["x"])));

    private static string Refusal(Func<object> choose) => Assert.Throws<WeightsException>(choose).Message;

    // The names say the scales; the fast one is an SRVGGNetCompact, which costs less.
    private void Install(string names)
    {
        foreach (var name in names.Split(' '))
        {
            NetworkShape network = name == "x4fast" || name.StartsWith("general", StringComparison.Ordinal)
                ? new CompactNetShape(4, 3, 3, 4, 1)
                : new RrdbNetShape(name[name.IndexOf('x', StringComparison.Ordinal) + 1] - '0', 3, 3, 12, 2, 6);
            RawSafetensors.Write(_folder[name.Split(':')[0] + ".safetensors"], NetworkTensors.Of(network).Select(tensor => (tensor.Name, tensor.Shape.ToArray())));
        }
    }
}
