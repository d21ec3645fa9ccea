namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>Keeps the token out of what others said: a server or a proxy may repeat the address that it was asked for.</summary>
/// <param name="token">The bot's token.</param>
internal sealed class Secrets(string token)
{
    private const string Shown = "[token]";
    private readonly string _secret = token[(token.IndexOf(':', StringComparison.Ordinal) + 1)..];

    /// <summary>The text without the token, nor its secret half alone.</summary>
    internal string Hide(string text) =>
        text.Replace(token, Shown, StringComparison.OrdinalIgnoreCase).Replace(_secret, Shown, StringComparison.OrdinalIgnoreCase);
}
