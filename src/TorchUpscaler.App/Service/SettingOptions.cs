using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>The options of a command that stand for settings, with <c>--config</c> and <c>--set</c> for all the others.</summary>
internal sealed class SettingOptions
{
    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal) { ["--model"] = "-m" };

    private readonly Option<string> _config = new("--config")
    {
        Description = "A file with settings. Default: appsettings.json beside the program, where there is one.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any setting, such as Queue:Lease=00:02:00; README lists them.",
        HelpName = "KEY=VALUE",
        Validators = { CheckPairs },
    };

    private readonly Option<int?> _port = new("--port")
    {
        Description = "Short for --listen 127.0.0.1:N.",
        HelpName = "N",
        CustomParser = ParsePort,
    };

    private readonly List<(Setting Setting, Option<string> Option)> _options;
    private readonly bool _hasPort;

    /// <summary>Creates the options.</summary>
    /// <param name="names">Those that the command takes.</param>
    internal SettingOptions(params string[] names)
    {
        _options = [.. Setting.All.Where(setting => names.Contains(setting.Option)).Select(setting => (setting, OptionOf(setting)))];
        _hasPort = names.Contains("--listen");
    }

    /// <summary>Adds them to a command.</summary>
    internal void AddTo(Command command)
    {
        foreach (var (_, option) in _options) command.Add(option);
        if (_hasPort) command.Add(_port);
        command.Add(_config);
        command.Add(_set);
    }

    /// <summary>The settings, from everywhere that they can stand.</summary>
    /// <exception cref="InputException">One is wrong.</exception>
    internal ServiceSettings Read(ParseResult parsed)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parsed.GetValue(_set) ?? [])
        {
            var at = pair.IndexOf('=');
            given[pair[..at]] = pair[(at + 1)..];
        }
        foreach (var (setting, option) in _options)
            if (parsed.GetValue(option) is { } value) given[setting.Key] = value;
        if (_hasPort && parsed.GetValue(_port) is { } port) given["Listen"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        return SettingsReader.Read(parsed.GetValue(_config), given);
    }

    private static Option<string> OptionOf(Setting setting)
    {
        var about = setting.About.Replace("`", "", StringComparison.Ordinal);
        var option = new Option<string>(setting.Option!, ShortNames.TryGetValue(setting.Option!, out var shortName) ? [shortName] : [])
        {
            Description = $"{char.ToUpperInvariant(about[0])}{about[1..]}. Default: {setting.Default}.",
            HelpName = setting.Key.Split(':')[^1].ToUpperInvariant(),
        };
        if (setting.Option == "--weights") option.Validators.Add(WeightsOption.Check);
        return option;
    }

    private static void CheckPairs(OptionResult result)
    {
        var wrong = result.Tokens.Select(token => token.Value).FirstOrDefault(text => text.IndexOf('=') <= 0);
        if (wrong is not null) result.AddError($"'{wrong}' is not KEY=VALUE for --set, such as Queue:Lease=00:02:00");
    }

    private static int? ParsePort(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) return port;
        result.AddError($"'{text}' is not a port from 0 to 65535 for --port");
        return null;
    }
}
