using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TorchUpscaler.BotServer.Methods;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Http;

/// <summary>Takes requests: finds out what is called, lets go wrong what is to go wrong, and answers.</summary>
internal sealed class Router
{
    private readonly ServerState _state;
    private readonly Faults _faults;
    private readonly CallLog _log;
    private readonly Dictionary<string, Func<Parameters, JsonNode?>> _methods;
    private readonly UpdateMethods _updates;

    internal Router(ServerState state, Faults faults, RateLimits limits, WebhookSender webhook, CallLog log)
    {
        (_state, _faults, _log) = (state, faults, log);
        _updates = new UpdateMethods(state, faults, webhook);
        var messages = new MessageMethods(state, limits);
        var others = new OtherMethods(state);
        _methods = new(StringComparer.OrdinalIgnoreCase)
        {
            ["getMe"] = others.GetMe,
            ["setWebhook"] = _updates.SetWebhook,
            ["deleteWebhook"] = _updates.DeleteWebhook,
            ["setMyCommands"] = others.SetMyCommands,
            ["deleteMyCommands"] = others.DeleteMyCommands,
            ["answerCallbackQuery"] = others.AnswerCallbackQuery,
            ["getFile"] = others.GetFile,
            ["sendMessage"] = messages.SendMessage,
            ["sendPhoto"] = messages.SendPhoto,
            ["sendDocument"] = messages.SendDocument,
            ["sendMediaGroup"] = messages.SendMediaGroup,
            ["editMessageText"] = messages.EditMessageText,
            ["editMessageReplyMarkup"] = messages.EditMessageReplyMarkup,
            ["deleteMessage"] = messages.DeleteMessage,
            ["sendChatAction"] = messages.SendChatAction,
        };
    }

    /// <summary>Whether the token is good no more.</summary>
    internal bool IsRevoked { get; set; }

    internal async Task Handle(HttpContext context)
    {
        try
        {
            var path = context.Request.Path.Value!.Split('/', 4);
            // /bot<token>/METHOD and /file/bot<token>/PATH
            if (path.Length >= 3 && path[1].StartsWith("bot", StringComparison.Ordinal)) await Call(context, path[1][3..], path[2]);
            else if (path.Length == 4 && path[1] == "file" && path[2].StartsWith("bot", StringComparison.Ordinal)) await Download(context, path[2][3..], path[3]);
            else await Answer(context, "", 404, new ApiError(404, "Not Found").Answer().ToJsonString());
        }
        catch (Exception error) when (error is BadHttpRequestException || context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            // The bot has gone away.
        }
        catch (Exception error)
        {
            _log.Add(error);
            throw;
        }
    }

    private async Task Call(HttpContext context, string token, string method)
    {
        if (_faults.Delay > TimeSpan.Zero) await Task.Delay(_faults.Delay, context.RequestAborted);
        if (_faults.Happens(Fault.CutRequest, method))
        {
            await context.Request.Body.ReadAtLeastAsync(new byte[1 << 16], 1, throwOnEndOfStream: false, context.RequestAborted);
            _log.Add(method, null, 0);
            context.Abort();
            return;
        }
        var parameters = await Parameters.Read(context, _state);
        if (_faults.Happens(Fault.BadGateway, method))
        {
            _log.Add(method, parameters, 502);
            await Answer(context, method, 502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>", "text/html");
            return;
        }
        var (status, json) = await Result(context, token, method, parameters);
        _log.Add(method, parameters, status);
        if (_faults.Happens(Fault.LostAnswer, method)) context.Abort();
        else await Answer(context, method, status, json);
    }

    private async Task<(int Status, string Json)> Result(HttpContext context, string token, string method, Parameters parameters)
    {
        try
        {
            RequireToken(token);
            if (_faults.Happens(Fault.ServerError, method)) throw new ApiError(500, "Internal Server Error");
            if (_faults.Happens(Fault.TooMany, method)) throw ApiError.TooMany(3);
            if (_faults.Happens(Fault.OddRefusal, method)) throw ApiError.BadRequest("the moon is in the wrong house");
            if (string.Equals(method, "getUpdates", StringComparison.OrdinalIgnoreCase))
                return (200, $$"""{"ok":true,"result":{{await _updates.GetUpdates(parameters, context.RequestAborted)}}}""");
            if (!_methods.TryGetValue(method, out var call)) throw new ApiError(404, "Not Found: method not found");
            return (200, new JsonObject { ["ok"] = true, ["result"] = call(parameters) }.ToJsonString());
        }
        catch (ApiError error)
        {
            return (error.Code, error.Answer().ToJsonString());
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            // A node of the parameters is of another kind than it should be.
            return (400, ApiError.BadRequest("can't parse parameters").Answer().ToJsonString());
        }
    }

    private void RequireToken(string token)
    {
        if (!token.Contains(':', StringComparison.Ordinal)) throw new ApiError(404, "Not Found");
        if (token != _state.Options.Token || IsRevoked) throw new ApiError(401, "Unauthorized");
    }

    private async Task Download(HttpContext context, string token, string path)
    {
        var isRight = token == _state.Options.Token && !IsRevoked;
        var file = isRight && !_state.Options.IsLocal ? _state.FindRemote(path) : null;
        _log.Add("download", null, file is null ? 404 : 200);
        if (_faults.Happens(Fault.BadGateway, "download"))
        {
            await Answer(context, "download", 502, "<html>502</html>", "text/html");
            return;
        }
        if (file is null)
        {
            var (code, words) = isRight ? (404, "Not Found") : (401, "Unauthorized");
            await Answer(context, "download", code, new ApiError(code, words).Answer().ToJsonString());
            return;
        }
        context.Response.ContentLength = file.Size;
        await using var bytes = File.OpenRead(file.Path);
        if (_faults.Happens(Fault.CutAnswer, "download")) await SendHalf(context, bytes);
        else await SlowWriter.Copy(bytes, context, Least(_faults.BytesPerSecond, _faults.DownloadBytesPerSecond));
    }

    private async Task Answer(HttpContext context, string method, int status, string text, string type = "application/json")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        using var body = new MemoryStream(bytes);
        if (_faults.Happens(Fault.CutAnswer, method)) await SendHalf(context, body);
        else await SlowWriter.Copy(body, context, _faults.BytesPerSecond);
    }

    private static async Task SendHalf(HttpContext context, Stream body)
    {
        var half = new byte[body.Length / 2];
        await body.ReadExactlyAsync(half, context.RequestAborted);
        await context.Response.Body.WriteAsync(half, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }

    private static int? Least(int? first, int? second) => first is null ? second : second is null ? first : Math.Min(first.Value, second.Value);
}
