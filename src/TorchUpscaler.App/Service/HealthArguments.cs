using System.CommandLine;

namespace TorchUpscaler.App.Service;

/// <summary>The arguments of <c>torchupscaler health</c>.</summary>
internal static class HealthArguments
{
    private const string Examples = """
        Examples:
          torchupscaler health                                  asks the worker or the bot of this machine how it is
          torchupscaler health --port 9465                      asks the one that serves its health there
          torchupscaler health --config /etc/torchupscaler.json finds the address in the worker's own settings

        It is what a container's health check runs.
        Exit codes: 0 it works, 1 it is unhealthy or does not answer, 2 settings refused.
        """;

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked settings; returns the exit code.</param>
    internal static Command Command(Func<Func<ServiceSettings>, int> run)
    {
        var settings = new SettingOptions("--listen");
        var command = new Command("health", "Asks a running worker or bot how it is, and shows its answer.");
        settings.AddTo(command);
        command.Add(HelpWithExamples.Option(Examples));
        command.SetAction(parsed => run(() => settings.Read(parsed)));
        return command;
    }
}
