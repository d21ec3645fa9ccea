using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What all parts of the conversation work with.</summary>
/// <param name="Me">The bot itself.</param>
/// <param name="Store">Where jobs are handed in.</param>
/// <param name="Data">What the bot keeps.</param>
/// <param name="Replies">Says what is to be said.</param>
/// <param name="Options">Whom the bot serves.</param>
/// <param name="Clock">The clock.</param>
internal sealed record TalkTools(User Me, IJobStore Store, BotData Data, Replies Replies, TalkOptions Options, TimeProvider Clock)
{
    /// <summary>The bot's user name.</summary>
    internal string Username => Me.Username ?? "";

    /// <summary>Whoever has written or pressed something.</summary>
    /// <param name="user">They.</param>
    /// <param name="chat">Where: the bot may be for a group.</param>
    /// <param name="isPrivate">Whether they wrote to the bot itself.</param>
    /// <param name="leave">The process is to end.</param>
    internal Guest Meet(User user, Chat? chat, bool isPrivate, CancellationToken leave)
    {
        var isAdmin = Options.Admins.Contains(user.Id);
        var isAllowed = isAdmin || Options.Allowed.Count == 0 || Options.Allowed.Contains(user.Id) || chat is { IsGroup: true } && Options.Allowed.Contains(chat.Id);
        return new Guest(Data.People.Meet(user.Id, user.LanguageCode, isPrivate), isAdmin, isAllowed, leave);
    }
}
