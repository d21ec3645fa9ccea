using System.CommandLine;
using TorchUpscaler.App.Service;

namespace TorchUpscaler.App.Bot;

/// <summary>The arguments of <c>torchupscaler bot</c>.</summary>
internal static class BotArguments
{
    private const string Examples = """
        Examples:
          torchupscaler bot --token-file token.txt              answers photos, and enlarges them in this process
          torchupscaler bot --token-file token.txt --admins 123456789 --allowed 123456789,987654321
          torchupscaler bot --config /etc/torchupscaler.json --no-worker
                                                                leaves the enlarging to processes of "torchupscaler worker"

        A bot is made by writing to @BotFather in Telegram: it gives the token.
        SIGTERM and Ctrl-C stop it within 10 seconds; nothing that was accepted is lost, however it ends.
        Exit codes: 0 stopped as it was told to, 1 failed, 2 token, settings or store refused.
        """;

    private static readonly Option<bool> NoWorker = new("--no-worker") { Description = "Enlarges nothing in this process; workers on the same store do." };

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked settings; returns the exit code.</param>
    internal static Command Command(Func<Func<ServiceSettings>, int> run)
    {
        var settings = new SettingOptions(["--token-file", "--admins", "--allowed", .. WorkerArguments.Options]);
        var command = new Command("bot", "Answers photos in Telegram with larger ones, until it is stopped.");
        settings.AddTo(command);
        command.Add(NoWorker);
        command.Add(HelpWithExamples.Option(Examples));
        command.SetAction(parsed => run(() =>
        {
            var read = settings.Read(parsed);
            return parsed.GetValue(NoWorker) ? read with { Bot = read.Bot with { HasWorker = false } } : read;
        }));
        return command;
    }
}
