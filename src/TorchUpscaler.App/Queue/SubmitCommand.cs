using System.Globalization;
using TorchUpscaler.App.Service;
using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary><c>torchupscaler submit</c>: hands pictures to a queue, and waits for the results where it is asked to.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="codec">Reads the pictures' headers.</param>
/// <param name="progress">What people are told.</param>
/// <param name="output">What programs are told: standard output.</param>
internal sealed class SubmitCommand(SubmitOptions options, IPictureCodec codec, ProgressReporter progress, TextWriter output)
{
    /// <summary>Submits all pictures.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="InputException">Nothing could be begun.</exception>
    /// <exception cref="StoreUnavailableException">The store is out; what was accepted before stays accepted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the jobs stay in the queue.</exception>
    internal int Run(CancellationToken cancellation)
    {
        if (options.Inputs.Contains(StandardStreams.Name)) throw new InputException("standard input (-) cannot be submitted; save the picture to a file first");
        var inputs = InputPlan.Of(new UpscaleOptions { Inputs = options.Inputs, Output = options.Output, Recursive = options.Recursive }, codec.InputExtensions);
        if (options.Output is { } folder && File.Exists(folder)) throw new InputException($"{Display.Path(folder)} is a file; -o names a folder");
        using var store = options.Settings.OpenStore();
        var check = new SubmitCheck(options, codec);
        var each = new EachJob(progress);
        var accepted = new List<AcceptedJob>();
        foreach (var picture in inputs.Pictures)
        {
            cancellation.ThrowIfCancellationRequested();
            each.Try(() =>
            {
                if (picture.Fault is not null) throw new PictureException(picture.Fault);
                if (Submit(store, check, picture.Path, inputs.IsSingle) is not { } job) return true;
                accepted.Add(job);
                return !options.Wait;
            }, picture.Path);
        }
        if (!options.Wait || accepted.Count == 0) return each.ExitCode;
        var wait = new JobWait(store, new ResultDelivery(store, options.Output!, options.Force), progress, options.Json ? output : TextWriter.Null, HowToFetch);
        return wait.Run(accepted, each, cancellation);
    }

    private AcceptedJob? Submit(IJobStore store, SubmitCheck check, string path, bool isSingle)
    {
        var (picture, resultName) = check.Check(path);
        if (options.Output is not null && resultName is not null && !options.Force && Path.Exists(Path.Combine(options.Output, resultName)))
        {
            var exists = Path.Combine(options.Output, resultName);
            if (isSingle) throw new InputException($"{exists} exists; replace it with --force, or choose another folder with -o");
            progress.Say($"{path}: skipped, {exists} exists (--force replaces it)");
            return null;
        }
        var job = new NewJob(ResultDelivery.FrontEnd, options.Person, Path.GetFileName(path))
        {
            Class = options.Class,
            Model = check.Model,
            Scale = options.Scale,
            Format = options.Format,
            Quality = options.Quality,
        };
        using var bytes = File.OpenRead(path);
        var id = store.Submit(job, picture, bytes);
        Tell(path, id, store.Place(id));
        return new AcceptedJob(id, path);
    }

    private void Tell(string path, long id, QueuePlace? place)
    {
        var where = place is null ? "begun already" : JobText.Place(place);
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{path}: job {id}, {where}"));
        if (!options.Json) return;
        JsonLine.Write(output, JsonLine.Of(json =>
        {
            json.WriteNumber("id", id);
            json.WriteString("input", path);
            if (place is null) return;
            json.WriteNumber("position", place.Position);
            if (place.SecondsLeft is { } seconds) json.WriteNumber("secondsLeft", Math.Round(seconds, 1));
        }), "the report");
    }

    private string HowToFetch(IEnumerable<long> ids)
    {
        // A database's address may have a password in it: it is not repeated.
        var store = options.Settings.Store is { } location && JobStores.IsFolder(location) && location != new ServiceSettings().Store
            ? $" --store {ForShell(location)}"
            : "";
        return $"torchupscaler queue fetch {string.Join(' ', ids)} -o {ForShell(options.Output!)}{store}";
    }

    private static string ForShell(string text) =>
        text.All(c => char.IsLetterOrDigit(c) || "/._-+".Contains(c)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
