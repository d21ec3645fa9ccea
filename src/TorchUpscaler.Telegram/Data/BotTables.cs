using System.Data;
using Dapper;
using TorchUpscaler.Queue.Stores;

namespace TorchUpscaler.Telegram.Data;

/// <summary>The bot's tables, with what its statements have in common.</summary>
internal sealed class BotTables(StoreTables tables, long bot)
{
    /// <summary>Runs statements that read.</summary>
    internal T Read<T>(Func<SqlWork, T> reading) => tables.Read(reading);

    /// <summary>Runs statements as one durable transaction.</summary>
    internal T Write<T>(Func<SqlWork, T> writing) => tables.Write(writing);

    /// <summary>The parameters, with the time and the bot's number.</summary>
    internal DynamicParameters With(object? values = null)
    {
        var parameters = SqlParameters.Of(new { bot });
        parameters.Add("now", tables.Now, DbType.Int64);
        return parameters.And(values);
    }

    /// <summary>A text from outside as databases take it: without NUL and halves of characters, and not too long for an index.</summary>
    internal static string Clean(string text, int longest = 200)
    {
        var clean = string.Concat(text.EnumerateRunes().Select(rune => rune.Value is 0 or 0xFFFD ? "?" : rune.ToString()));
        return clean.Length <= longest ? clean : clean[..(char.IsHighSurrogate(clean[longest - 1]) ? longest - 1 : longest)];
    }

    internal static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;
}
