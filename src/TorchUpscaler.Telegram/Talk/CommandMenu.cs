using System.Globalization;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>The commands that Telegram shows people, by their language and by what they may do.</summary>
public static class CommandMenu
{
    private const string Flag = "menus"; // those who have an administrator's

    private static readonly (string Name, TextKey About)[] s_everybody =
    [
        ("start", TextKey.CommandStart), ("help", TextKey.CommandHelp), ("settings", TextKey.CommandSettings), ("queue", TextKey.CommandQueue),
        ("cancel", TextKey.CommandCancel), ("privacy", TextKey.CommandPrivacy), ("delete", TextKey.CommandDelete),
    ];

    private static readonly (string Name, TextKey About)[] s_groups = [("upscale", TextKey.CommandUpscale)];

    private static readonly (string Name, TextKey About)[] s_admins =
    [
        ("stats", TextKey.CommandStats), ("pause", TextKey.CommandPause), ("resume", TextKey.CommandResume), ("ban", TextKey.CommandBan), ("unban", TextKey.CommandUnban),
        ("vip", TextKey.CommandVip), ("unvip", TextKey.CommandUnvip), ("broadcast", TextKey.CommandBroadcast),
    ];

    /// <summary>Sets them all, once at a start. Who was an administrator at the last one and is no more is shown what everybody is.</summary>
    /// <param name="api">The Bot API.</param>
    /// <param name="flags">Where it is kept who was.</param>
    /// <param name="admins">Who gets the administrators' commands, in their own chats.</param>
    /// <param name="cancellation">Ends the wait for Telegram.</param>
    /// <exception cref="BotApiException">Telegram does not take them.</exception>
    public static async Task Register(IBotApi api, Flags flags, IReadOnlyCollection<long> admins, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(api);
        ArgumentNullException.ThrowIfNull(flags);
        ArgumentNullException.ThrowIfNull(admins);
        await Set(api, CommandScope.Private, s_everybody, cancellation).ConfigureAwait(false);
        await Set(api, CommandScope.Groups, s_groups, cancellation).ConfigureAwait(false);
        var former = Read(flags.Get(Flag));
        // Noted before, so that no menu is forgotten where this ends half-way.
        flags.Set(Flag, Write(former.Union(admins)));
        var left = new List<long>();
        foreach (var admin in former.Except(admins))
        {
            if (!await InChat(() => Clear(api, CommandScope.Of(admin), cancellation)).ConfigureAwait(false)) left.Add(admin);
        }
        foreach (var admin in admins) await InChat(() => Set(api, CommandScope.Of(admin), [.. s_everybody, .. s_admins], cancellation)).ConfigureAwait(false);
        flags.Set(Flag, Write(admins.Union(left)));
    }

    /// <returns>False where they have not written to the bot yet, or have blocked it: the next start tries again.</returns>
    private static async Task<bool> InChat(Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
            return true;
        }
        catch (BotApiException error) when (error.Error is BotError.ChatNotFound or BotError.Blocked or BotError.BadRequest)
        {
            return false;
        }
    }

    private static async Task Clear(IBotApi api, CommandScope scope, CancellationToken cancellation)
    {
        foreach (var code in (string?[])[null, .. Languages.RussianCodes]) await api.DeleteMyCommands(scope, code, cancellation).ConfigureAwait(false);
    }

    private static List<long> Read(string? text) =>
        [.. (text ?? "").Split(' ').Select(part => long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id != 0)];

    private static string? Write(IEnumerable<long> admins) =>
        string.Join(' ', admins.Distinct().Select(id => id.ToString(CultureInfo.InvariantCulture))) is { Length: > 0 } text ? text : null;

    private static async Task Set(IBotApi api, CommandScope scope, IReadOnlyList<(string Name, TextKey About)> commands, CancellationToken cancellation)
    {
        await api.SetMyCommands(In(Language.English, commands), scope, null, cancellation).ConfigureAwait(false);
        foreach (var code in Languages.RussianCodes) await api.SetMyCommands(In(Language.Russian, commands), scope, code, cancellation).ConfigureAwait(false);
    }

    private static List<BotCommand> In(Language language, IReadOnlyList<(string Name, TextKey About)> commands) =>
        [.. commands.Select(command => new BotCommand(command.Name, Speech.In(language).Plain(command.About)))];
}
