using System.Data.Common;
using Npgsql;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Where a store is, as people write it. No message repeats the location: a password may stand in it.</summary>
internal static class StoreLocation
{
    private const string Examples =
        "write a folder such as /var/lib/torchupscaler, or a PostgreSQL database such as postgres://user@host:5432/database?passwordFile=/run/secrets/password";

    private const string PasswordFile = "passwordFile";

    /// <summary>The database that a location names; null where it is a folder.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    internal static NpgsqlConnectionStringBuilder? Database(string location)
    {
        if (string.IsNullOrWhiteSpace(location)) throw new InputException($"the store's location is empty; {Examples}");
        if (location.Contains('\0')) throw new InputException($"the store's location has a NUL in it; {Examples}");
        if (StartsWith(location, "postgres://") || StartsWith(location, "postgresql://")) return OfUri(location);
        if (StartsWith(location, "Host=")) return OfConnectionString(location);
        if (location.Contains("://", StringComparison.Ordinal)) throw new InputException($"the store's location is an address of an unknown kind; {Examples}");
        return null;
    }

    private static NpgsqlConnectionStringBuilder OfUri(string location)
    {
        if (!Uri.TryCreate(location, UriKind.Absolute, out var uri) || uri.Fragment.Length > 0)
            throw new InputException($"the PostgreSQL address cannot be read (write special characters in it as %40); {Examples}");
        var database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (database.Length == 0) throw new InputException($"the PostgreSQL address names no database; {Examples}");
        var values = new DbConnectionStringBuilder
        {
            ["Host"] = uri.Host.Length > 0 ? uri.DnsSafeHost : "localhost",
            ["Database"] = database,
        };
        if (uri.Port > 0) values["Port"] = uri.Port;
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) values["Username"] = Uri.UnescapeDataString(user[0]);
        if (user.Length == 2) values["Password"] = Uri.UnescapeDataString(user[1]);
        foreach (var setting in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = setting.Split('=', 2) is [var key, var text] ? (Uri.UnescapeDataString(key), Uri.UnescapeDataString(text)) : (setting, "");
            values[Keyword(name)] = value;
        }
        return Settings(values);
    }

    private static NpgsqlConnectionStringBuilder OfConnectionString(string location)
    {
        try
        {
            return Settings(new DbConnectionStringBuilder { ConnectionString = location });
        }
        catch (ArgumentException)
        {
            throw new InputException("the PostgreSQL connection string cannot be read; write one such as Host=localhost;Database=queue;Username=user;PasswordFile=/run/secrets/password");
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(DbConnectionStringBuilder values)
    {
        var file = values.TryGetValue(PasswordFile, out var path) ? (string)path : null;
        values.Remove(PasswordFile);
        var settings = new NpgsqlConnectionStringBuilder();
        foreach (string name in values.Keys)
        {
            try
            {
                settings[name] = values[name];
            }
            catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or NotSupportedException or OverflowException)
            {
                throw new InputException($"the setting {Display.Path(name)} of the PostgreSQL location is unknown or its value cannot be used; {Examples}");
            }
        }
        if (string.IsNullOrEmpty(settings.Host)) throw new InputException($"the PostgreSQL location names no host; {Examples}");
        if (file is not null) settings.Password = ReadPassword(file);
        return settings;
    }

    // As the secrets of containers are: a file whose first line is the password.
    private static string ReadPassword(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine() is { Length: > 0 } password ? password : throw new InputException($"the password file {Display.Path(path)} is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"the password file {Display.Path(path)} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
    }

    // As libpq's addresses have them.
    private static string Keyword(string name) => name.ToLowerInvariant() switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "connect_timeout" => "Timeout",
        "application_name" => "Application Name",
        "schema" => "Search Path",
        _ => name,
    };

    private static bool StartsWith(string text, string beginning) => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);
}
