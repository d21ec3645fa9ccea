using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>Does something for each of several jobs or pictures: what is refused or fails concerns the one, and the exit code tells of all.</summary>
internal sealed class EachJob(ProgressReporter progress)
{
    private int _done;
    private int _refused;
    private int _failed;

    /// <summary>The exit code for what has been done so far.</summary>
    internal int ExitCode => (_done, _refused, _failed) switch
    {
        (_, 0, 0) => ExitCodes.Done,
        ( > 0, _, _) => ExitCodes.SomeFailed,
        (_, _, 0) => ExitCodes.Refused,
        _ => ExitCodes.Failed,
    };

    /// <summary>Does it for all.</summary>
    /// <returns>The exit code.</returns>
    internal int Do(IReadOnlyList<long> ids, Action<long> work)
    {
        foreach (var id in ids.Distinct())
        {
            Try(() =>
            {
                work(id);
                return true;
            });
        }
        return ExitCode;
    }

    /// <summary>Does it for one.</summary>
    /// <param name="work">What is to be done; says whether it is, or goes on.</param>
    /// <param name="file">The file that it concerns, or null.</param>
    internal void Try(Func<bool> work, string? file = null)
    {
        try
        {
            if (work()) _done++;
        }
        catch (Exception error) when (error is InputException or UnauthorizedAccessException or IOException and not (StoreUnavailableException or UnwritableOutputException))
        {
            progress.Say(Failure.Line(file is null ? Failure.Message(error) : Failure.Named(Failure.Message(error), file)));
            if (error is InputException) _refused++;
            else _failed++;
        }
    }
}
