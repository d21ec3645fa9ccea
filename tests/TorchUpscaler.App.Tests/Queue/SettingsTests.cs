using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Service;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Tests.Queue;

/// <summary>The settings: where they come from, what is refused, and that README has them.</summary>
[Collection(EnvironmentTests.Name)]
public sealed partial class SettingsTests : IDisposable
{
    private readonly Workplace _here = new();

    [Fact]
    public void The_environment_goes_over_the_file_and_the_command_line_over_both()
    {
        var file = _here.Text("settings.json", """{ "LogFormat": "json", "Queue": { "Lease": "00:00:10", "Attempts": 7 }, "Worker": { "MaxInputMp": 12.5 } }""");
        using var variables = new Variables(("TORCHUPSCALER__QUEUE__LEASE", "00:00:20"), ("TORCHUPSCALER__QUEUE__AGEAFTER", "00:01:00"), ("TORCHUPSCALER__LOGLEVEL", ""));

        var settings = Read(file, ("Queue:AgeAfter", "00:02:00"));

        Assert.Equal((LogFormat.Json, LogLevel.Information), (settings.LogFormat, settings.LogLevel));
        Assert.Equal((7, 12_500_000L), (settings.Queue.Attempts, settings.Worker.MaxInputPixels));
        Assert.Equal((TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(2)), (settings.Queue.Lease, settings.Queue.AgeAfter));
    }

    [Theory]
    [InlineData("Queue:Lease", "60", "is not a time", "00:05:00")]
    [InlineData("Queue:Lease", "00:00:00", "too short")]
    [InlineData("Queue:Attempts", "0", "from 1 to 1000")]
    [InlineData("Queue:SecondsPerMegapixel", "fast", "above 0", "40")]
    [InlineData("Worker:Memory", "lots", "an amount of memory", "2GB")]
    [InlineData("Worker:Threads", "-1", "from 1 to 1024")]
    [InlineData("Worker:Engine", "steam", "auto, cpu, torch")]
    [InlineData("Worker:FinishWithin", "00:01:00", "too long", "00:00:06")]
    [InlineData("Listen", "9464", "127.0.0.1:9464", "off")]
    [InlineData("Listen", "127.0.0.1", "an address with a port")]
    [InlineData("LogFormat", "1", "text or json")]
    public void A_wrong_value_is_refused_with_the_settings_name_and_an_example(string key, string value, params string[] parts)
    {
        var message = Assert.Throws<InputException>(() => Read(null, (key, value))).Message;

        Assert.StartsWith($"the setting {key} on the command line: '{value}' ", message, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_setting_that_does_not_exist_is_refused_with_where_it_stands()
    {
        var file = _here.Text("settings.json", """{ "Queue": { "Leese": "00:00:10" } }""");
        Assert.Equal($"there is no setting Queue:Leese, which stands in '{file}'; README lists all settings", Assert.Throws<InputException>(() => Read(file)).Message);
        using var variables = new Variables(("TORCHUPSCALER__STROE", "x"));
        Assert.StartsWith("there is no setting STROE, which stands in the environment", Assert.Throws<InputException>(() => Read(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_refused_in_a_sentence()
    {
        var broken = _here.Text("broken.json", """{ "Queue": """);
        Assert.StartsWith($"the settings in '{broken}' cannot be read: ", Assert.Throws<InputException>(() => Read(broken)).Message, StringComparison.Ordinal);
        Assert.StartsWith("there is no file '/none.json'", Assert.Throws<InputException>(() => Read("/none.json")).Message, StringComparison.Ordinal);
        var rows = _here.Text("rows.json", """{ "Queue": { "KeepPictures": "10.00:00:00", "KeepRows": "1.00:00:00" } }""");
        Assert.Contains("KeepRows is shorter than KeepPictures", Assert.Throws<InputException>(() => Read(rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_are_read()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Any, 80), Read(null, ("Listen", "0.0.0.0:80")).Listen);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 80), Read(null, ("Listen", "[::1]:80")).Listen);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 0), Read(null, ("Listen", "localhost:0")).Listen);
        Assert.Null(Read(null, ("Listen", "off")).Listen);
    }

    [Fact]
    public void Readme_lists_every_setting_with_its_option_its_default_and_its_meaning()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "README.md")).Select(line => SettingRow().Match(line)).Where(match => match.Success)
            .Select(match => (Key: match.Groups["key"].Value, Option: match.Groups["option"].Value, Default: match.Groups["default"].Value, About: match.Groups["about"].Value));

        Assert.Equal(Setting.All.Select(setting => (setting.Key, setting.Option is null ? "" : $"`{setting.Option}`", setting.Default, setting.About)), rows);
    }

    [Fact]
    public void The_bot_takes_every_option_that_a_setting_is_said_to_have_and_the_worker_all_but_the_bots_own()
    {
        foreach (var (command, settings) in ((string, IEnumerable<Setting>)[])[("bot", Setting.All), ("worker", Setting.All.Where(setting => !setting.Key.StartsWith("Bot:", StringComparison.Ordinal)))])
        {
            var help = ProgramRun.Of(command, "--help").ExitedWith(0).Output;
            Assert.All(settings.Where(setting => setting.Option is not null), setting => Assert.Contains(setting.Option + " ", help, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_is_said_to_be_the_default_is_the_default()
    {
        var usual = new ServiceSettings();
        string[] inWords = ["Store", "WorkFolder", "Weights", "Worker:Model", "Worker:Memory", "Worker:Threads", "Bot:Token", "Bot:TokenFile", "Bot:LocalFilesRoot", "Bot:WebhookUrl"];

        Assert.All(Setting.All.Where(setting => !inWords.Contains(setting.Key)), setting => Assert.Equal(usual, setting.Apply(usual, setting.Default)));
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        Assert.Equal(Path.Combine(home, "torchupscaler/queue"), usual.Store);
    }

    [Fact]
    public void The_program_refuses_wrong_settings_in_a_sentence()
    {
        var store = _here.PathOf("queue");
        ProgramRun.Of("worker", "--store", store, "--set", "Queue:Lease=60").ExitedWith(2).SaidOneSentence("Queue:Lease", "'60'", "00:05:00");
        ProgramRun.Of("worker", "--store", store, "--set", "Lease").ExitedWith(2).SaidOneSentence("'Lease' is not KEY=VALUE");
        ProgramRun.Of("worker", "--store", store, "--engine", "cpu", "--precision", "fp16").ExitedWith(2).SaidOneSentence("fp32 alone", "--precision");
        ProgramRun.Of("worker", "--store", store, "--set", "Worker:Device=gpu").ExitedWith(2).SaidOneSentence("Worker:Device", "'gpu'", "cuda:0");
        ProgramRun.Of("worker", "--store", _here.Text("file", "x"), "--listen", "off").ExitedWith(2).SaidOneSentence("file");
        ProgramRun.In(null, new Dictionary<string, string?> { ["TORCHUPSCALER__STORE"] = "postgres://ann:secret@127.0.0.1:1/queue" }, "queue", "list")
            .ExitedWith(2).SaidOneSentence("127.0.0.1:1/queue");
        Assert.DoesNotContain("secret", ProgramRun.Of("worker", "--store", "postgres://ann:secret@127.0.0.1:1/queue").Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(store));
    }

    public void Dispose() => _here.Dispose();

    private static ServiceSettings Read(string? file, params (string Key, string Value)[] commandLine) =>
        SettingsReader.Read(file, commandLine.ToDictionary(pair => pair.Key, pair => pair.Value));

    // | `Queue:Lease` | `--option` | default | what it means |
    [GeneratedRegex(@"^\| `(?<key>[A-Za-z:]+)` \| (?<option>`--[a-z-]+`|) ?\| (?<default>[^|]+) \| (?<about>.+) \|$")]
    private static partial Regex SettingRow();

    /// <summary>Variables of the environment, for a while.</summary>
    private sealed class Variables : IDisposable
    {
        private readonly (string Name, string Value)[] _variables;

        internal Variables(params (string Name, string Value)[] variables)
        {
            _variables = variables;
            foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose()
        {
            foreach (var (name, _) in _variables) Environment.SetEnvironmentVariable(name, null);
        }
    }
}
