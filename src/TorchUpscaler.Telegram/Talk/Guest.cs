using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>Somebody whom the bot talks with.</summary>
/// <param name="Person">What is known of them.</param>
/// <param name="IsAdmin">Whether they run the bot.</param>
/// <param name="IsAllowed">Whether the bot is for them.</param>
/// <param name="Leave">The process is to end: nobody waits for Telegram any more.</param>
internal sealed record Guest(Person Person, bool IsAdmin, bool IsAllowed, CancellationToken Leave)
{
    /// <summary>Their number.</summary>
    internal long Id => Person.Id;

    /// <summary>Their name in the queue.</summary>
    internal string QueueName => PictureRequest.QueueName(Person.Id);

    /// <summary>The texts in their language.</summary>
    internal Speech Speech => Speech.In(Languages.Of(Person.Language ?? Person.TelegramLanguage));

    /// <summary>Whether there are no limits for them.</summary>
    internal bool IsPreferred => IsAdmin || Person.IsVip;
}
