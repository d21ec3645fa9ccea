using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.Http;

/// <summary>A call is refused.</summary>
internal sealed class ApiError(int code, string description, JsonObject? parameters = null) : Exception(description)
{
    internal int Code => code;

    internal static ApiError BadRequest(string what) => new(400, $"Bad Request: {what}");

    internal static ApiError Forbidden(string what) => new(403, $"Forbidden: {what}");

    internal static ApiError TooMany(int seconds) =>
        new(429, $"Too Many Requests: retry after {seconds}", new JsonObject { ["retry_after"] = seconds });

    internal static ApiError Migrated(long to) =>
        new(400, "Bad Request: group chat was upgraded to a supergroup chat", new JsonObject { ["migrate_to_chat_id"] = to });

    internal JsonObject Answer()
    {
        var answer = new JsonObject { ["ok"] = false, ["error_code"] = code, ["description"] = Message };
        if (parameters is not null) answer["parameters"] = parameters.DeepClone();
        return answer;
    }
}
