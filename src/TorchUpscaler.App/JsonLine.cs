using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TorchUpscaler.App;

/// <summary>JSON as the commands write it: an object in one line, with letters of all languages as they are.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line of an object, without its end.</summary>
    /// <param name="write">Writes the object's members.</param>
    internal static string Of(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    /// <summary>Writes a line to standard output.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="line">The line, without its end.</param>
    /// <param name="what">What it is, should it not be taken.</param>
    /// <exception cref="UnwritableOutputException">It is not taken.</exception>
    internal static void Write(TextWriter output, string line, string what)
    {
        try
        {
            output.WriteLine(line);
            output.Flush();
        }
        catch (Exception error) when (UnwritableOutputException.IsCausedBy(error))
        {
            throw new UnwritableOutputException(what, error);
        }
    }
}
