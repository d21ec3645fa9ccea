using System.Text;
using System.Text.Json;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Builds the multipart body of a call with files, which are read while they are sent.</summary>
internal static class UploadContent
{
    /// <summary>The body; owns the opened files.</summary>
    /// <param name="parameters">The call's parameters: an object, each of whose members is one part.</param>
    /// <param name="files">The parts' names and what they are.</param>
    /// <param name="moved">Called with their number whenever bytes have been taken.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    internal static MultipartFormDataContent Build(JsonElement parameters, IReadOnlyList<(string Part, OutgoingFile File)> files, Action<int> moved)
    {
        // Telegram reads headers as UTF-8, and knows no encoded words.
        var content = new MultipartFormDataContent { HeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        try
        {
            foreach (var parameter in parameters.EnumerateObject())
                Add(content, new ByteArrayContent(Encoding.UTF8.GetBytes(Value(parameter.Value))), $"form-data; name=\"{parameter.Name}\"");
            foreach (var (part, file) in files)
                Add(content, new StreamContent(UploadStream.Open(file, moved)), $"form-data; name=\"{part}\"; filename=\"{file.Name}\"", "application/octet-stream");
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static string Value(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static void Add(MultipartFormDataContent content, HttpContent part, string disposition, string? type = null)
    {
        part.Headers.TryAddWithoutValidation("Content-Disposition", disposition);
        if (type is not null) part.Headers.TryAddWithoutValidation("Content-Type", type);
        content.Add(part);
    }
}
