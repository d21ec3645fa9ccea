using System.Data.Common;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>Where a store is, with its secret.</summary>
internal static class StoreLocation
{
    private const int LongestPassword = 1000;

    /// <summary>The location with the password that a file holds.</summary>
    /// <param name="location">A folder, a <c>postgres://</c> address or a <c>Host=…</c> text.</param>
    /// <param name="passwordFile">The file, or null.</param>
    /// <exception cref="InputException">The file cannot be read, or the store has no password.</exception>
    internal static string WithPassword(string location, string? passwordFile)
    {
        if (passwordFile is null) return location;
        var password = Read(passwordFile);
        if (location.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(location, UriKind.Absolute, out var address))
            return new UriBuilder(address) { Password = Uri.EscapeDataString(password) }.Uri.AbsoluteUri;
        if (!location.Contains('=')) throw new InputException("the setting StorePasswordFile is for PostgreSQL, and the store is a folder; leave one out");
        return new DbConnectionStringBuilder { ConnectionString = location, ["Password"] = password }.ConnectionString;
    }

    private static string Read(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var text = new char[LongestPassword + 1];
            var length = reader.ReadBlock(text);
            var password = new string(text, 0, length).TrimEnd('\r', '\n');
            if (length <= LongestPassword && password.Length > 0) return password;
            throw new InputException($"the setting StorePasswordFile names {Display.Path(file)}, which holds no password; put the password into it, and nothing else");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the setting StorePasswordFile names {Display.Path(file)}, which cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }
}
