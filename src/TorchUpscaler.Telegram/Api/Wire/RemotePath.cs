namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>A file's path as Telegram names it.</summary>
internal static class RemotePath
{
    /// <summary>The path made fit for an address, which it cannot lead out of.</summary>
    /// <exception cref="BotApiException">It is no path below the bot's files.</exception>
    internal static string Escape(string path)
    {
        var parts = path.Split('/');
        if (path.Length > 1000 || parts.Any(part => part is "" or "." or ".." || part.Any(c => char.IsControl(c) || c == '\\')))
            throw new BotApiException(BotError.WrongFile, "Telegram named a file by a path that is none");
        return string.Join('/', parts.Select(Uri.EscapeDataString));
    }
}
