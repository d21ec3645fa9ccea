using System.CommandLine;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Inspecting;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary><c>inspect</c>: what a file of weights consists of, whatever its format. Values are not looked at.</summary>
internal sealed class InspectCommand(TextWriter output)
{
    internal Command Build()
    {
        var file = new Argument<string>("FILE") { Description = "A .pth file of PyTorch, the .param or .bin of an ncnn pair, or a safetensors file" };
        var json = Flag.Of("--json", "One line of JSON instead of a table");
        var command = new ExemplaryCommand(
            "inspect", "Shows the tensors of a file of weights, the network that they make up, and its source.",
            "inspect weights/x4plus.safetensors", "inspect RealESRGAN_x4plus.pth", "inspect realesrgan-x4plus.param --json")
        {
            file, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(() => Inspect(parsed.GetRequiredValue(file), parsed.GetValue(json), cancel)));
        return command;
    }

    private int Inspect(string path, bool json, CancellationToken cancel)
    {
        using var inspection = Inspection.Of(path, Catalogue.BuiltIn(), cancel);
        if (json) output.WriteLine(InspectionJson.Inspected(inspection));
        else Show(inspection);
        // The tensors of what is no network can be looked at all the same.
        return inspection.Fault is null ? Outcome.Done : throw inspection.Fault;
    }

    private void Show(Inspection inspection)
    {
        output.WriteLine(Display.Text(inspection.Path));
        foreach (var line in Summary.Lines(inspection)) output.WriteLine($"  {line}");
        output.WriteLine();
        foreach (var line in Summary.Table(inspection.Tensors)) output.WriteLine($"  {line}");
    }
}
