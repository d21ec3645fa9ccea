using System.Text.Json.Nodes;
using TorchUpscaler.BotServer.Http;
using TorchUpscaler.BotServer.World;

namespace TorchUpscaler.BotServer.Methods;

/// <summary>The calls about the bot itself, files, buttons and members.</summary>
internal sealed partial class OtherMethods(ServerState state)
{
    internal const long LargestDownload = 20 << 20;

    internal JsonNode? GetMe(Parameters parameters) => Json.Bot(state.Options);

    internal JsonNode? SetMyCommands(Parameters parameters)
    {
        if (parameters.Json("commands") is not JsonArray { Count: <= 100 } commands) throw ApiError.BadRequest("can't parse commands");
        foreach (var command in commands)
        {
            if (!CommandName().IsMatch((string?)command?["command"] ?? "")) throw ApiError.BadRequest("BOT_COMMAND_INVALID");
            if (((string?)command?["description"])?.Length is null or < 1 or > 256) throw ApiError.BadRequest("BOT_COMMAND_DESCRIPTION_INVALID");
        }
        var place = PlaceOf(parameters);
        lock (state.Gate) state.Commands[place] = [.. commands.Select(command => $"/{command!["command"]} - {command["description"]}")];
        return true;
    }

    internal JsonNode? DeleteMyCommands(Parameters parameters)
    {
        var place = PlaceOf(parameters);
        lock (state.Gate) state.Commands.Remove(place);
        return true;
    }

    private static (string Scope, string Language) PlaceOf(Parameters parameters)
    {
        var scope = parameters.Json("scope");
        var language = parameters.Text("language_code") ?? "";
        if (language.Length is not (0 or 2)) throw ApiError.BadRequest("invalid language code specified");
        return ($"{(string?)scope?["type"] ?? "default"}{(scope?["chat_id"] is { } chat ? $" {chat}" : "")}", language);
    }

    internal JsonNode? AnswerCallbackQuery(Parameters parameters)
    {
        lock (state.Gate)
        {
            if (!state.Presses.TryGetValue(parameters.Text("callback_query_id") ?? "", out var press))
                throw ApiError.BadRequest("query is too old and response timeout expired or query ID is invalid");
            var text = parameters.Text("text");
            if (text?.Length > 200) throw ApiError.BadRequest("MESSAGE_TOO_LONG");
            if (press.Source.TrySetResult(new PressAnswer(text, parameters.Flag("show_alert"))) && text is not null)
                press.Message.Chat.Note($"note to {press.Person.FirstName}: {Transcript.Inner(text)}\n");
            return true;
        }
    }

    internal JsonNode? GetFile(Parameters parameters)
    {
        var file = state.FindFile(parameters.Text("file_id") ?? "") ?? throw ApiError.BadRequest("wrong file_id or the file is temporarily unavailable");
        if (file.Size > LargestDownload && !state.Options.IsLocal) throw ApiError.BadRequest("file is too big");
        var json = Json.File(file);
        json["file_path"] = state.Options.IsLocal ? file.Path : file.RemotePath;
        return json;
    }

    [System.Text.RegularExpressions.GeneratedRegex("^[a-z0-9_]{1,32}$")]
    private static partial System.Text.RegularExpressions.Regex CommandName();
}
