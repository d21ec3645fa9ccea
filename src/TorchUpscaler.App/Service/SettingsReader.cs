using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>Reads the settings: <c>appsettings.json</c>, over it the environment, over it the command line.</summary>
internal static class SettingsReader
{
    /// <summary>What begins the names of settings in the environment.</summary>
    internal const string EnvironmentPrefix = "TORCHUPSCALER__";

    private const string FileName = "appsettings.json";

    /// <summary>Reads and checks all settings.</summary>
    /// <param name="file">The file that <c>--config</c> names, or null: <c>appsettings.json</c> beside the program, where there is one.</param>
    /// <param name="commandLine">Settings by key that the command line gives.</param>
    /// <exception cref="InputException">There is no such file or setting, or a value is none.</exception>
    internal static ServiceSettings Read(string? file, IReadOnlyDictionary<string, string> commandLine)
    {
        if (file is not null && !File.Exists(file)) throw new InputException($"there is no file {Display.Path(file)}; check the path given with --config");
        var path = Path.GetFullPath(file ?? Path.Combine(AppContext.BaseDirectory, FileName));
        var values = Load(path, isOptional: file is null, commandLine);
        var settings = new ServiceSettings();
        // What is empty is not set: that is how a variable of a compose file looks that nobody has filled.
        foreach (var (key, value) in values.AsEnumerable().Where(pair => !string.IsNullOrEmpty(pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            settings = Apply(settings, key, value!, SourceOf(key, values, path));
        settings.Queue.Validate();
        return settings;
    }

    private static ServiceSettings Apply(ServiceSettings settings, string key, string value, string source)
    {
        var setting = Setting.All.FirstOrDefault(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"there is no setting {Display.Text(key)}, which stands {source}; README lists all settings");
        try
        {
            return setting.Apply(settings, value);
        }
        catch (FormatException error)
        {
            throw new InputException($"the setting {setting.Key} {source}: {(setting.IsSecret ? "its text" : $"'{Display.Text(value)}'")} {error.Message}", error);
        }
    }

    private static IConfigurationRoot Load(string path, bool isOptional, IReadOnlyDictionary<string, string> commandLine)
    {
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(path, isOptional, reloadOnChange: false)
                .AddEnvironmentVariables(EnvironmentPrefix)
                .AddInMemoryCollection(commandLine.Select(pair => KeyValuePair.Create<string, string?>(pair.Key, pair.Value)))
                .Build();
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the settings in {Display.Path(path)} cannot be read: {Display.Text(error.GetBaseException().Message).TrimEnd('.')}", error);
        }
    }

    private static string SourceOf(string key, IConfigurationRoot values, string path) =>
        values.Providers.Reverse().First(provider => provider.TryGet(key, out _)) switch
        {
            JsonConfigurationProvider => $"in {Display.Path(path)}",
            EnvironmentVariablesConfigurationProvider => "in the environment",
            _ => "on the command line",
        };
}
