using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>Where a picture's time went, in seconds.</summary>
/// <param name="Decode">Header and pixels, even where that went on beside the picture before.</param>
/// <param name="Inference">The network: the time inside its steps less the time inside the sink.</param>
/// <param name="Encode">The sink's time, and what came after the last row.</param>
/// <param name="Total">All of it and what lay between, such as loading a model at its first picture.</param>
internal sealed record PictureSeconds(double Decode, double Inference, double Encode, double Total);

/// <summary>What was made of the networks' result; what had no part in it is null or false.</summary>
/// <param name="Denoise">How much noise was taken away.</param>
/// <param name="ColorFix">Whether the result got the picture's low frequencies.</param>
/// <param name="Strength">The networks' share.</param>
/// <param name="Alpha">What enlarged alpha: <c>network</c> or <c>lanczos</c>.</param>
internal sealed record TasteReport(double? Denoise, bool ColorFix, double? Strength, string? Alpha)
{
    /// <summary>For people, behind the models' names: <c>, strength 0.6</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Denoise is { } denoise) parts.Add($"denoise {ResultSize.Times(denoise)}");
        if (ColorFix) parts.Add("colours fixed");
        if (Strength is { } strength) parts.Add($"strength {ResultSize.Times(strength)}");
        if (Alpha is { } alpha) parts.Add($"alpha by {alpha}");
        return string.Concat(parts.Select(part => $", {part}"));
    }
}

/// <summary>A finished picture.</summary>
/// <param name="Input">The file that was read, as given.</param>
/// <param name="Output">The file that was written.</param>
/// <param name="Width">Pixels in a row of the result.</param>
/// <param name="Height">Rows of the result.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Scale">Result pixels per input pixel, each way.</param>
/// <param name="Taste">What was made of the networks' result.</param>
/// <param name="Engine">What computed it.</param>
/// <param name="Seconds">Where the time went.</param>
/// <param name="Note">What the person may not have expected, or null.</param>
internal sealed record PictureReport(
    string Input, string Output, int Width, int Height, string Model, double Scale, TasteReport Taste, string Engine, PictureSeconds Seconds, string? Note);

/// <summary>One line of JSON a picture, for programs. The keys are a promise: README lists them.</summary>
internal static class JsonReport
{
    /// <summary>The line of a finished picture, without its end.</summary>
    internal static string Done(PictureReport report, double peakMegabytes) => JsonLine.Of(json =>
    {
        json.WriteString("status", "done");
        json.WriteString("input", report.Input);
        json.WriteString("output", report.Output);
        json.WriteNumber("width", report.Width);
        json.WriteNumber("height", report.Height);
        json.WriteString("model", report.Model);
        json.WriteNumber("scale", Math.Round(report.Scale, 4));
        if (report.Taste.Denoise is { } denoise) json.WriteNumber("denoise", denoise);
        if (report.Taste.ColorFix) json.WriteBoolean("colorFix", true);
        if (report.Taste.Strength is { } strength) json.WriteNumber("strength", strength);
        if (report.Taste.Alpha is { } alpha) json.WriteString("alpha", alpha);
        json.WriteString("engine", report.Engine);
        json.WriteStartObject("seconds");
        json.WriteNumber("decode", Math.Round(report.Seconds.Decode, 3));
        json.WriteNumber("inference", Math.Round(report.Seconds.Inference, 3));
        json.WriteNumber("encode", Math.Round(report.Seconds.Encode, 3));
        json.WriteNumber("total", Math.Round(report.Seconds.Total, 3));
        json.WriteEndObject();
        json.WriteNumber("peakMb", Math.Round(peakMegabytes, 1));
        if (report.Note is not null) json.WriteString("note", report.Note);
    });

    /// <summary>The line of a picture that was passed over because its result exists.</summary>
    internal static string Skipped(string input, string output) => JsonLine.Of(json =>
    {
        json.WriteString("status", "skipped");
        json.WriteString("input", input);
        json.WriteString("output", output);
    });

    /// <summary>The line of a picture that was not done.</summary>
    /// <param name="input">The picture.</param>
    /// <param name="error">Why.</param>
    internal static string Failed(string input, string error) => JsonLine.Of(json =>
    {
        json.WriteString("status", "failed");
        json.WriteString("input", input);
        json.WriteString("error", error);
    });
}
