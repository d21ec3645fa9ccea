using System.CommandLine;

namespace TorchUpscaler.App.Service;

/// <summary>The arguments of <c>torchupscaler worker</c>.</summary>
internal static class WorkerArguments
{
    private const string Examples = """
        Examples:
          torchupscaler worker --store /srv/queue               works on the queue in a folder
          torchupscaler worker --store 'postgres://up@db/queue?passwordFile=/run/secrets/db'
          torchupscaler worker --config /etc/torchupscaler.json --listen 0.0.0.0:9464 --log-format json

        SIGTERM and Ctrl-C stop it within 10 seconds: what is nearly done is finished, the rest goes back to the queue.
        Exit codes: 0 stopped as it was told to, 1 failed, 2 settings or store refused.
        """;

    /// <summary>The options of whatever works on a queue.</summary>
    internal static readonly string[] Options =
    [
        "--store", "--weights", "--listen", "--log-format", "--log-level", "--engine", "--device", "--precision", "--card-memory", "--codec", "--model", "--fast-above",
        "--memory", "--threads", "--max-input-mp", "--max-output-mp",
    ];

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked settings; returns the exit code.</param>
    internal static Command Command(Func<Func<ServiceSettings>, int> run)
    {
        var settings = new SettingOptions(Options);
        var command = new Command("worker", "Does the jobs of a queue, until it is stopped.");
        settings.AddTo(command);
        command.Add(HelpWithExamples.Option(Examples));
        command.SetAction(parsed => run(() => settings.Read(parsed)));
        return command;
    }
}
