using System.Globalization;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Workers;

/// <summary>The engine with its loaded models, and how a job's picture is put on it. Used on the worker's thread only.</summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>The share of the memory that a run is planned with where it can be, so that a small picture fits beside it.</summary>
    private const double UsualShare = 0.75;

    private readonly IJobStore _store;
    private readonly IPictureCodec _codec;
    private readonly ModelChooser _chooser;
    private readonly EngineSupply _engines;
    private readonly WorkerOptions _options;
    private readonly LoadedModels _models;
    private LoadedModels? _fallback;

    internal Workshop(IJobStore store, IPictureCodec codec, ModelChooser chooser, EngineSupply engines, WorkerOptions options)
    {
        (_store, _codec, _chooser, _engines, _options) = (store, codec, chooser, engines, options);
        _models = new LoadedModels(engines.Open());
    }

    /// <summary>The model that was used last, or null.</summary>
    internal string? Model { get; private set; }

    /// <summary>Loads the model that most jobs will ask for, so that an engine or an installation that does not work is known at once.</summary>
    internal void WarmUp()
    {
        var choice = _chooser.Choose(_options.Model, null, 64, 64);
        _models.Load(choice);
        Model = choice.Name;
    }

    /// <summary>Starts a job's run.</summary>
    /// <param name="job">The job; its failures say how carefully.</param>
    /// <param name="others">The runs that are suspended: their models stay loaded, and their encoders will still grow.</param>
    /// <param name="needsAll">Whether it is planned with all of the memory at once.</param>
    /// <exception cref="DoesNotFitException">There is not enough memory beside what is loaded.</exception>
    /// <exception cref="InputException">The picture, or what was asked, is refused.</exception>
    internal PictureWork Begin(Job job, IReadOnlyCollection<PictureWork> others, bool needsAll = false)
    {
        var input = _store.FetchInput(job);
        try
        {
            return Begin(job, input, others, needsAll);
        }
        catch (PictureException error) when (error.Message.Contains(input, StringComparison.Ordinal))
        {
            // The sender knows the picture by its own name, and the store's folders are nobody's business.
            if (IsOfMachine(error)) throw new IOException(error.Message, error);
            throw new PictureException(Display.Text(error.Message.Replace(input, job.Name, StringComparison.Ordinal)), error);
        }
    }

    private PictureWork Begin(Job job, string input, IReadOnlyCollection<PictureWork> others, bool needsAll)
    {
        var header = _codec.ReadHeader(input);
        var choice = ForSender(job, () => _chooser.Choose(job.Model ?? ModelForScale(job.Scale), job.Scale, header.Width, header.Height));
        var format = job.Format ?? PictureFormats.InQueue(header.Format);
        new PictureLimits(_options.MaxInputPixels, _options.MaxOutputPixels).Check(header, choice, format);

        var needed = others.Select(other => other.Choice).Append(choice).SelectMany(other => other.Chain).ToList();
        var models = ModelsFor(job);
        models.ReleaseAllBut(new ModelChoice(needed, 1)); // before more is loaded: they count in one budget
        var chain = ForSender(job, () => models.Load(choice));
        Model = choice.Name;

        var picture = _codec.Read(input, _options.MaxInputPixels, CancellationToken.None);
        var shape = ResultShape.Of(picture, choice.Scale, format);
        var encoder = _codec.EncoderBytes(format, shape);
        var output = Path.Combine(_store.WorkFolder(job.Claim), "result" + PictureFormats.Extension(format));
        var writer = Create(output, shape, new EncodeOptions(format, job.Quality));
        try
        {
            var run = StartWithin(needsAll ? [_options.MemoryBytes] : Budgets(job), memory => PictureRun.Start(picture, chain, shape, writer, new RunOptions
            {
                MemoryBytes = memory,
                ReservedBytes = encoder + others.Sum(other => other.EncoderBytes),
                Threads = _options.Threads,
                Precision = _options.Precision,
                TemporaryFolder = _store.WorkFolder(job.Claim),
            }));
            return new PictureWork(run, choice, shape, encoder, output);
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Gives all models out of memory.</summary>
    internal void Unload()
    {
        if (Model is null) return;
        Model = null;
        _models.ReleaseAllBut(new ModelChoice([], 1));
        _fallback?.Dispose();
        _fallback = null;
        GC.Collect();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _models.Dispose();
        _fallback?.Dispose();
    }

    // What failed once gets half of the memory, what failed twice the engine that always works.
    private LoadedModels ModelsFor(Job job)
    {
        if (job.Failures < 2 || _engines.OpenFallback is null) return _models;
        return _fallback ??= new LoadedModels(_engines.OpenFallback());
    }

    private long[] Budgets(Job job)
    {
        var all = _options.MemoryBytes;
        return job.Failures == 0 ? [(long)(all * UsualShare), all] : [all / 2, all];
    }

    private static PictureRun StartWithin(long[] budgets, Func<long, PictureRun> start)
    {
        foreach (var budget in budgets.SkipLast(1))
        {
            try
            {
                return start(budget);
            }
            catch (DoesNotFitException)
            {
                // The next one is larger.
            }
        }
        return start(budgets[^1]);
    }

    // A folder that takes no files is an outage of this machine, not the picture's fault.
    private IPictureWriter Create(string path, ResultShape shape, EncodeOptions options)
    {
        try
        {
            return _codec.Create(path, shape, options);
        }
        catch (PictureException error) when (IsOfMachine(error))
        {
            throw new IOException(error.Message, error);
        }
    }

    // A disk or a folder that refuses says nothing of the picture.
    private static bool IsOfMachine(PictureException error) => error.InnerException is (IOException and not FileNotFoundException) or UnauthorizedAccessException;

    // What the operator can mend is no advice for a sender; and without the model that everybody gets, no job could be done: that is
    // no job's failure.
    private T ForSender<T>(Job job, Func<T> model)
    {
        try
        {
            return model();
        }
        catch (WeightsException error) when (job.Model is not null)
        {
            throw new PictureException($"the model {Display.Text(job.Model)} cannot be used here; choose another one", error);
        }
        catch (WeightsException error) when (job.Scale is not null && IsUsualModelThere())
        {
            throw new PictureException(string.Create(CultureInfo.InvariantCulture, $"no model here enlarges ×{job.Scale}; choose another scale"), error);
        }
    }

    private bool IsUsualModelThere()
    {
        try
        {
            _chooser.Choose(_options.Model, null, 64, 64);
            return true;
        }
        catch (WeightsException)
        {
            return false;
        }
    }

    // The worker's own model, where one is set, is for jobs that ask for nothing special.
    private string? ModelForScale(int? scale) => scale is null ? _options.Model : null;
}
