using System.CommandLine;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary><c>convert</c>: a file in a foreign format becomes safetensors.</summary>
internal sealed class ConvertCommand(TextWriter output)
{
    internal Command Build()
    {
        var input = new Argument<string>("IN") { Description = "A .pth file of PyTorch, or the .param or .bin of an ncnn pair" };
        var result = new Argument<string?>("OUT")
        {
            Description = "The safetensors file to write; without it, IN's name with .safetensors",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var half = Flag.Of("--half", "Write fp16 (otherwise fp16 stays fp16 and all else becomes fp32, without loss)");
        var force = Flag.Of("--force", "Replace OUT where it exists");
        var command = new ExemplaryCommand(
            "convert", "Converts weights to safetensors.",
            "convert RealESRGAN_x4plus.pth",
            "convert RealESRGAN_x4plus.pth weights/x4plus.safetensors --force",
            "convert realesrgan-x4plus.param --half")
        {
            input, result, half, force,
        };
        // Signals are listened to only once an action has given its thread back, so no action may begin on it: Task.Run.
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var path = parsed.GetRequiredValue(input);
            Convert(path, parsed.GetValue(result) ?? Path.ChangeExtension(path, ".safetensors"), parsed.GetValue(half), parsed.GetValue(force), cancel);
            return Outcome.Done;
        }));
        return command;
    }

    private void Convert(string input, string result, bool half, bool force, CancellationToken cancel)
    {
        if (input.Length == 0) throw new WeightsException("the name of a file is empty; name a .pth file or an ncnn .param or .bin file");
        if (result.Length == 0) throw new WeightsException("the name of a file is empty; name the file to write, or none to have it beside the first");
        if (Directory.Exists(result)) throw new WeightsException($"{result} is a folder; name the file to write in it");
        if (Path.GetFullPath(input) == Path.GetFullPath(result))
            throw new WeightsException($"{result} would replace what is converted; give another name");
        ResultPath.RequireReplaceable(result);
        if (File.Exists(result) && !force)
            throw new WeightsException($"{result} exists already; give another name, or --force to replace it");
        var folder = Path.GetDirectoryName(Path.GetFullPath(result));
        if (!Directory.Exists(folder)) throw new WeightsException($"{result} cannot be written: there is no folder {folder}; make it or choose another");
        var catalogue = Catalogue.BuiltIn();
        var conversion = Converter.Convert(input, result, half, sha256 => catalogue.OriginOf(sha256, input), requiredSha256: null, cancel);
        output.WriteLine($"{Display.Text(conversion.Path)} is written");
        foreach (var line in Summary.Lines(conversion)) output.WriteLine($"  {line}");
    }
}
