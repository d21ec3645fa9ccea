using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Http;

/// <summary>A file that came with a call.</summary>
/// <param name="Path">Where its bytes lie.</param>
/// <param name="Name">What its sender calls it.</param>
internal sealed record UploadedFile(string Path, string? Name);

/// <summary>A call's parameters, whichever of the four ways they came: address, form, multipart or JSON.</summary>
internal sealed class Parameters
{
    private readonly Dictionary<string, JsonNode> _values = [];
    private readonly Dictionary<string, UploadedFile> _files = [];

    internal static async Task<Parameters> Read(HttpContext context, ServerState state)
    {
        var parameters = new Parameters();
        foreach (var (name, value) in context.Request.Query) parameters._values[name] = value.ToString();
        var type = context.Request.ContentType ?? "";
        if (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)) await parameters.ReadJson(context);
        else if (type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase)) await parameters.ReadMultipart(context, state);
        else if (type.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            foreach (var (name, value) in await context.Request.ReadFormAsync(context.RequestAborted)) parameters._values[name] = value.ToString();
        return parameters;
    }

    internal string? Text(string name) => _values.GetValueOrDefault(name) switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => other.ToJsonString(),
    };

    internal long? Number(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    internal bool Flag(string name) => Text(name)?.ToLowerInvariant() is "true" or "1";

    /// <summary>An object or an array, which may have come as text.</summary>
    internal JsonNode? Json(string name)
    {
        var value = _values.GetValueOrDefault(name);
        if (value is not JsonValue) return value;
        try
        {
            return JsonNode.Parse(Text(name)!);
        }
        catch (JsonException)
        {
            throw ApiError.BadRequest($"can't parse {name} JSON object");
        }
    }

    /// <summary>How many bytes came in files, all together.</summary>
    internal long UploadedBytes => _files.Values.Sum(file => new FileInfo(file.Path).Length);

    internal UploadedFile? File(string part) => _files.GetValueOrDefault(part);

    private async Task ReadJson(HttpContext context)
    {
        try
        {
            var body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            foreach (var (name, value) in body!.AsObject())
            {
                if (value is not null) _values[name] = value;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw ApiError.BadRequest("can't parse JSON object");
        }
    }

    private async Task ReadMultipart(HttpContext context, ServerState state)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(context.Request.ContentType).Boundary).Value!;
        var reader = new MultipartReader(boundary, context.Request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            var disposition = ContentDispositionHeaderValue.Parse(section.ContentDisposition);
            var name = HeaderUtilities.RemoveQuotes(disposition.Name).Value!;
            if (disposition.FileName.HasValue)
            {
                var path = state.NewPath();
                await using var file = System.IO.File.Create(path);
                await section.Body.CopyToAsync(file, context.RequestAborted);
                _files[name] = new UploadedFile(path, HeaderUtilities.RemoveQuotes(disposition.FileName).Value);
            }
            else
            {
                using var text = new StreamReader(section.Body, Encoding.UTF8);
                _values[name] = await text.ReadToEndAsync(context.RequestAborted);
            }
        }
    }
}
