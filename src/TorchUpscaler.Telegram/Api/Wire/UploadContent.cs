using System.Net;
using System.Text;
using System.Text.Json;

namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Builds the multipart body of a call with files, which are read while they are sent.</summary>
internal static class UploadContent
{
    private const int BufferBytes = 1 << 16;

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
                Add(content, Open(file, moved), $"form-data; name=\"{part}\"; filename=\"{file.Name}\"", "application/octet-stream");
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

    private static FileContent Open(OutgoingFile file, Action<int> moved)
    {
        try
        {
            return new(new FileStream(file.Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan), moved);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>A file's bytes, as many as it had when it was opened.</summary>
    private sealed class FileContent : HttpContent
    {
        private readonly FileStream _file;
        private readonly Action<int> _moved;
        private readonly long _length;

        internal FileContent(FileStream file, Action<int> moved) => (_file, _moved, _length) = (file, moved, file.Length);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var buffer = new byte[BufferBytes];
            for (var left = _length; left > 0;)
            {
                var count = await _file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                if (count == 0) throw new IOException("a file became shorter while it was sent");
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                left -= count;
                _moved(count);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _file.Dispose();
            base.Dispose(disposing);
        }
    }
}
