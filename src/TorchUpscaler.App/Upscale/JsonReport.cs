using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TorchUpscaler.App.Upscale;

/// <summary>Where a picture's time went, in seconds.</summary>
/// <param name="Decode">Header and pixels.</param>
/// <param name="Inference">The network: the time inside its steps less the time inside the sink.</param>
/// <param name="Encode">The sink's time, and what came after the last row.</param>
/// <param name="Total">All of it, loading a model at its first picture included.</param>
internal sealed record PictureSeconds(double Decode, double Inference, double Encode, double Total);

/// <summary>A finished picture.</summary>
/// <param name="Input">The file that was read, as given.</param>
/// <param name="Output">The file that was written.</param>
/// <param name="Width">Pixels in a row of the result.</param>
/// <param name="Height">Rows of the result.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Scale">Result pixels per input pixel, each way.</param>
/// <param name="Engine">What computed it.</param>
/// <param name="Seconds">Where the time went.</param>
internal sealed record PictureReport(
    string Input, string Output, int Width, int Height, string Model, int Scale, string Engine, PictureSeconds Seconds);

/// <summary>One line of JSON a picture, for programs.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line, without its end. The keys are a promise: README lists them.</summary>
    internal static string Format(PictureReport report, double peakMegabytes)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            json.WriteString("input", report.Input);
            json.WriteString("output", report.Output);
            json.WriteNumber("width", report.Width);
            json.WriteNumber("height", report.Height);
            json.WriteString("model", report.Model);
            json.WriteNumber("scale", report.Scale);
            json.WriteString("engine", report.Engine);
            json.WriteStartObject("seconds");
            json.WriteNumber("decode", Math.Round(report.Seconds.Decode, 3));
            json.WriteNumber("inference", Math.Round(report.Seconds.Inference, 3));
            json.WriteNumber("encode", Math.Round(report.Seconds.Encode, 3));
            json.WriteNumber("total", Math.Round(report.Seconds.Total, 3));
            json.WriteEndObject();
            json.WriteNumber("peakMb", Math.Round(peakMegabytes, 1));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
