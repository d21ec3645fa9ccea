using TorchUpscaler.Core;

namespace TorchUpscaler.App.Doctor;

/// <summary><c>torchupscaler doctor</c>: the machine, the libraries, the models and the folders, and what to do about what is missing.</summary>
/// <param name="machine">Looks at the machine.</param>
/// <param name="codec">Opens the codec.</param>
/// <param name="models">Tries the models.</param>
/// <param name="engines">Compares the engines.</param>
/// <param name="gpu">Looks at graphics cards.</param>
/// <param name="folders">Tries the folders.</param>
/// <param name="output">Standard output.</param>
internal sealed class DoctorCommand(
    MachineCheck machine, Func<IPictureCodec> codec, ModelCheck models, EngineCheck engines, CardCheck gpu, FolderCheck folders, TextWriter output)
{
    private readonly List<Finding> _findings = [];

    /// <summary>Looks at everything, and tells of each finding as it comes (with JSON: of all in one line).</summary>
    /// <returns>The exit code: warnings leave it 0.</returns>
    internal int Run(bool json, CancellationToken cancellation)
    {
        // The engines come before the card: what is free on it is known only when it has been opened.
        var findings = machine.Findings().Append(Pictures()).Concat(models.Findings(cancellation)).Concat(engines.Findings(cancellation)).Concat(gpu.Findings()).Concat(folders.Findings());
        foreach (var finding in findings)
        {
            cancellation.ThrowIfCancellationRequested();
            _findings.Add(finding);
            if (!json) JsonLine.Write(output, Describe(finding), What);
        }

        var worst = _findings.Max(finding => finding.Level);
        JsonLine.Write(output, json ? Json(worst) : Summary(worst), What);
        return worst == Level.Broken ? ExitCodes.Failed : ExitCodes.Done;
    }

    private const string What = "the findings";

    private Finding Pictures()
    {
        try
        {
            var reader = codec();
            var (reads, writes) = (reader.InputExtensions.Order(StringComparer.Ordinal).ToList(), reader.OutputFormats.Select(PictureFormats.Name).ToList());
            return new Finding("pictures", Level.Ok, $"{reader.Description}; reads {string.Join(' ', reads)}; writes {string.Join(", ", writes)}")
            {
                Values = json =>
                {
                    json.WriteString("library", reader.Description);
                    json.WriteStartArray("reads");
                    foreach (var extension in reads) json.WriteStringValue(extension);
                    json.WriteEndArray();
                    json.WriteStartArray("writes");
                    foreach (var format in writes) json.WriteStringValue(format);
                    json.WriteEndArray();
                },
            };
        }
        catch (PictureException error)
        {
            return new Finding("pictures", Level.Broken, error.Message);
        }
    }

    private static string Describe(Finding finding)
    {
        var line = Display.Text($"{Name(finding.Level),-9}{finding.Topic,-10}{finding.Text}");
        return finding.Advice is null ? line : $"{line}\n{"",-19}→ {Display.Text(finding.Advice)}";
    }

    private string Summary(Level worst) => worst switch
    {
        Level.Ok => "All is well.",
        Level.Warning => "It works; the warnings say what could be better.",
        _ => $"Something is broken: {string.Join(", ", _findings.Where(finding => finding.Level == Level.Broken).Select(finding => finding.Topic).Distinct())}.",
    };

    private string Json(Level worst) => JsonLine.Of(json =>
    {
        json.WriteString("status", Name(worst));
        json.WriteStartArray("findings");
        foreach (var finding in _findings)
        {
            json.WriteStartObject();
            json.WriteString("topic", finding.Topic);
            json.WriteString("level", Name(finding.Level));
            json.WriteString("text", finding.Text);
            if (finding.Advice is not null) json.WriteString("advice", finding.Advice);
            finding.Values(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string Name(Level level) => level switch
    {
        Level.Ok => "ok",
        Level.Warning => "warning",
        _ => "broken",
    };
}
