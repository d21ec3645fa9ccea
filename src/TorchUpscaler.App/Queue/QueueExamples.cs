namespace TorchUpscaler.App.Queue;

/// <summary>The examples in the help of <c>torchupscaler queue</c> and of each command below it.</summary>
internal static class QueueExamples
{
    /// <summary>Of the command itself.</summary>
    internal static string Group => Of(
        """
        torchupscaler queue list --state failed          what failed, the newest first
        torchupscaler queue show 12                      all about job 12
        torchupscaler queue fetch 12 13 -o enlarged/     puts results into a folder
        torchupscaler queue weight ann 2                 ann gets twice the share of others
        """);

    /// <summary>Of a command below it.</summary>
    /// <param name="command">Its name.</param>
    internal static string Below(string command) => Of(command switch
    {
        "list" => """
            torchupscaler queue list                               the newest jobs
            torchupscaler queue list --state failed --limit 10     the last ten that failed
            torchupscaler queue list --person ann --json           ann's, an object of JSON a line
            """,
        "show" => """
            torchupscaler queue show 12                      all about job 12
            torchupscaler queue show 12 --json               the same as JSON
            torchupscaler queue show 12 --store /srv/queue   of the queue in a folder
            """,
        "cancel" => """
            torchupscaler queue cancel 12                    ends a job that is not upscaled yet
            torchupscaler queue cancel 12 13 14              several
            torchupscaler queue cancel 12 --json             says what became of it as JSON
            """,
        "retry" => """
            torchupscaler queue retry 12                     queues a job again that failed
            torchupscaler queue retry 12 13 14               several
            torchupscaler queue retry 12 --json              says what became of it as JSON
            """,
        "fetch" => """
            torchupscaler queue fetch 12 -o .                puts a result into this folder
            torchupscaler queue fetch 12 13 -o enlarged/     several into another one
            torchupscaler queue fetch 12 -o . --force        replaces what is there
            """,
        "stats" => """
            torchupscaler queue stats                        how many jobs wait, and who works
            torchupscaler queue stats --json                 the same as JSON
            torchupscaler queue stats --store /srv/queue     of the queue in a folder
            """,
        "weight" => """
            torchupscaler queue weight ann 2                 ann gets twice the share of others
            torchupscaler queue weight archive 0.5           archive gets half of it
            torchupscaler queue weight ann 1                 ann gets the same as others again
            """,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "no command"),
    });

    private static string Of(string examples) => $"""
        Examples:
          {examples.ReplaceLineEndings("\n  ")}

        Exit codes: 0 done, 1 failed, 2 refused, 3 some of several failed, 130 cancelled.
        """;
}
