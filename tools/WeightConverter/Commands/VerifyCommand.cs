using System.CommandLine;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Inspecting;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary><c>verify</c>: whether files of weights are whole networks of numbers, and whether the catalogue knows them.</summary>
internal sealed class VerifyCommand(TextWriter output, TextWriter errors)
{
    internal Command Build()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files of any of the formats; of an ncnn pair, either one",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = Flag.Of("--json", "One line of JSON for each file");
        var command = new ExemplaryCommand(
            "verify", "Checks every value of weights, that they are a whole network, and their hashes against the catalogue's.",
            "verify weights/x4plus.safetensors", "verify weights/*.safetensors --json", "verify RealESRGAN_x4plus.pth realesrgan-x4plus.bin")
        {
            files, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Verify(parsed.GetRequiredValue(files), parsed.GetValue(json), cancel)));
        return command;
    }

    private int Verify(string[] paths, bool json, CancellationToken cancel)
    {
        var catalogue = Catalogue.BuiltIn();
        var bad = paths.Where(path => !IsGood(path, catalogue, json, cancel)).ToList();
        if (paths.Length > 1 && !json)
            output.WriteLine(bad.Count == 0 ? $"all {paths.Length} files are good" : $"bad: {string.Join(", ", bad.Select(Name))} ({bad.Count} of {paths.Length} files)");
        return bad.Count == 0 ? Outcome.Done : Outcome.Refused;
    }

    private bool IsGood(string path, Catalogue catalogue, bool json, CancellationToken cancel)
    {
        Inspection? inspection = null;
        try
        {
            inspection = Inspection.Of(path, catalogue, cancel);
            inspection.Verify(cancel);
            Report(path, inspection, error: null, json);
            return true;
        }
        catch (WeightsException error)
        {
            Report(path, inspection, Outcome.Sentence(error), json);
            return false;
        }
        finally
        {
            inspection?.Dispose();
        }
    }

    private static string Name(string path) => path.Length == 0 ? "''" : Display.Text(path);

    private void Report(string path, Inspection? inspection, string? error, bool json)
    {
        if (json)
        {
            output.WriteLine(InspectionJson.Verified(path, inspection, error));
        }
        else
        {
            output.WriteLine(error is null ? $"{Name(path)} is good: a whole network, every value a number" : $"{Name(path)} is bad");
            if (inspection is not null)
                foreach (var line in Summary.Lines(inspection)) output.WriteLine($"  {line}");
        }
        if (error is not null) errors.WriteLine($"error: {error}");
    }
}
