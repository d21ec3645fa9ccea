using System.Text.Json;

namespace TorchUpscaler.App.Tests;

/// <summary>
/// A country where numbers have commas changes no number that the program reads or writes: neither as it is built, without any
/// country's rules, nor with them, as far as the machine has them (ICU).
/// </summary>
[Collection(ProgramTests.Name)]
public sealed class LocaleTests(TinyModels models) : IDisposable
{
    private static readonly Dictionary<string, string?> s_german = new()
    {
        ["LC_ALL"] = "de_DE.UTF-8",
        ["LANG"] = "de_DE.UTF-8",
        ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0",
    };

    private readonly Workplace _here = new();

    [Fact]
    public void Options_take_points_and_outputs_have_them()
    {
        var picture = _here.Picture("photo.png", 300, 200);
        string[] arguments = ["upscale", picture, "--weights", models.Folder, "--memory", "1.5GB", "--max-input-mp", "0.5", "--fast-above", "0.01", "--json"];

        var result = German(arguments).ExitedWith(0);

        var report = JsonDocument.Parse(result.Output).RootElement;
        Assert.InRange(report.GetProperty("seconds").GetProperty("total").GetDouble(), 0.001, 100);
        Assert.Contains("0.1 megapixels, and above 0.01 the fast model", report.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Matches(@"1200×800 in [0-9]+\.[0-9] s$", result.ErrorLines[^1]);
        German("upscale", picture, "--memory", "1,5GB").ExitedWith(2).SaidOneSentence("'1,5GB' is not an amount of memory");
        German("upscale", picture, "--max-input-mp", "0.05", "--weights", models.Folder).ExitedWith(2)
            .SaidOneSentence("has 0.06 megapixels, and the limit is 0.05;");
    }

    [Fact]
    public void The_doctor_and_the_list_of_models_say_the_same_as_elsewhere()
    {
        Assert.Equal(
            ProgramRun.Of("models", "--json", "--weights", models.Folder).Output, German("models", "--json", "--weights", models.Folder).Output);

        var doctor = German("doctor", "--weights", models.Folder).ExitedWith(0).Output;
        Assert.Matches(@"pixels twice in [0-9]+\.[0-9] s, the result is 0\.[0-9]{3} from the picture", doctor);
    }

    public void Dispose() => _here.Dispose();

    private ProgramResult German(params string[] arguments)
    {
        var built = Path.Combine(AppContext.BaseDirectory, "torchupscaler.runtimeconfig.json");
        var text = File.ReadAllText(built);
        Assert.Contains("\"System.Globalization.Invariant\": true", text, StringComparison.Ordinal);
        var hasRules = Directory.Exists("/usr/lib") && Directory.EnumerateFiles("/usr/lib", "libicuuc.so*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).Any();
        if (!hasRules) return ProgramRun.In(null, s_german, arguments);
        var config = _here.Text("german.json", text.Replace("\"System.Globalization.Invariant\": true", "\"System.Globalization.Invariant\": false", StringComparison.Ordinal));
        return ProgramRun.Configured(config, s_german, arguments);
    }
}
