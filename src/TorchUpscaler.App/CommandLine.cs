using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using TorchUpscaler.App.Bot;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Doctor;
using TorchUpscaler.App.Models;
using TorchUpscaler.App.Queue;
using TorchUpscaler.App.Service;
using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.App;

/// <summary>The program's commands and how a run of one ends.</summary>
internal static class CommandLine
{
    private const string Examples = """
        Examples:
          torchupscaler upscale photo.jpg      makes photo_x4.jpg beside it
          torchupscaler models                 lists the models that are installed, and those that can be had
          torchupscaler doctor                 says what works on this machine, and what to do about what does not
          torchupscaler COMMAND --help         tells of a command's options, with examples
        """;

    // A picture on its way into the store, or a result out of it, is not left half-way.
    private static readonly TimeSpan DeliveryGrace = TimeSpan.FromSeconds(5);

    /// <summary>Parses the arguments and runs the command that they name.</summary>
    /// <returns>The exit code.</returns>
    internal static int Run(string[] arguments, Shutdown shutdown)
    {
        var progress = new ProgressReporter(Console.Error, IsTerminal(), TimeProvider.System);
        int Guarded(Func<int> command) => Guard(shutdown, progress, command);

        var root = new RootCommand("Enlarges photos with Real-ESRGAN networks, without seams and without a GPU.");
        root.Options.OfType<HelpOption>().Single().Action = HelpWithExamples.Option(Examples).Action;
        root.Add(UpscaleArguments.Command(options => Guarded(() => Compose(options, progress).Run(options, shutdown.Token))));
        root.Add(ModelsArguments.Command((folders, json) => Guarded(() => new ModelsCommand(folders, Console.Out).Run(json))));
        root.Add(DoctorArguments.Command((folders, json) => Guarded(() => Compose(folders).Run(json, shutdown.Token))));
        root.Add(WorkerArguments.Command(settings => Guarded(() => Work(settings(), shutdown, progress))));
        root.Add(BotArguments.Command(settings => Guarded(() => Talk(settings(), shutdown, progress))));
        root.Add(HealthArguments.Command(settings => Guarded(() => new HealthCommand(settings().Listen, Console.Out).Run(shutdown.Token).GetAwaiter().GetResult())));
        root.Add(SubmitArguments.Command(options => Guarded(() => Submit(options(), shutdown, progress))));
        root.Add(QueueArguments.Command((settings, json, command) => Guarded(() => Operate(settings(), json, command, shutdown, progress))));
        root.Add(CompletionCommand.Command(script => Guarded(() => Print(script))));
        CompletionCommand.LeaveOutSwitches(root);

        // No response files: a picture's name may begin with an @.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var help = $"{NameOf(parsed.CommandResult)} --help";
            var error = parsed.UnmatchedTokens is [var unknown, ..] ? $"there is no '{unknown}'" : parsed.Errors[0].Message.TrimEnd('.');
            progress.Say(Failure.Line($"{error}; see {help}"));
            return ExitCodes.Refused;
        }
        // Signals and exceptions are this program's own business.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
        try
        {
            return parsed.Invoke(invocation);
        }
        catch (Exception error) when (UnwritableOutputException.IsCausedBy(error))
        {
            // The commands are guarded; it is the help that was asked for.
            return Fail(progress, new UnwritableOutputException("the help", error));
        }
    }

    // As a person writes it: torchupscaler queue cancel.
    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "torchupscaler";

    private static UpscaleCommand Compose(UpscaleOptions options, ProgressReporter progress) =>
        new(Codecs.Open(options.Codec), Engines.Of(options.Engine), progress, options.Json ? Console.Out : TextWriter.Null);

    private static DoctorCommand Compose(ModelFolders folders)
    {
        var cpu = Engines.Of(new EngineWish("cpu"));
        var torch = Engines.HasTorch ? Engines.Of(new EngineWish("torch")) : null;
        return new DoctorCommand(
            new MachineCheck(new SystemFiles(), Environment.ProcessorCount, MemorySize.DefaultBudget()), () => Codecs.Open(), new ModelCheck(folders, cpu),
            new EngineCheck(folders, cpu, torch), new CardCheck(NvidiaDriver.Look(), Engines.HasTorch, () => Engines.HasCuda), new FolderCheck(folders), Console.Out);
    }

    private static int Print(string script)
    {
        JsonLine.Write(Console.Out, script, "the script");
        return ExitCodes.Done;
    }

    private static int Work(ServiceSettings settings, Shutdown shutdown, ProgressReporter progress)
    {
        shutdown.Grace = WorkerCommand.Grace;
        shutdown.LastWord = () => progress.Say(Failure.Line("ended at once; what it held is taken back by the next worker"));
        return new WorkerCommand(Codecs.Open(settings.Codec), settings).Run(shutdown.Token).GetAwaiter().GetResult();
    }

    private static int Talk(ServiceSettings settings, Shutdown shutdown, ProgressReporter progress)
    {
        shutdown.Grace = WorkerCommand.Grace;
        shutdown.LastWord = () => progress.Say(Failure.Line("ended at once; what it held is taken back at the next start"));
        return new BotCommand(Codecs.Open(settings.Codec), settings).Run(shutdown.Token).GetAwaiter().GetResult();
    }

    private static int Submit(SubmitOptions options, Shutdown shutdown, ProgressReporter progress)
    {
        shutdown.Grace = DeliveryGrace;
        return new SubmitCommand(options, Codecs.Open(), progress, Console.Out).Run(shutdown.Token);
    }

    private static int Operate(ServiceSettings settings, bool json, Func<QueueCommand, IJobStore, int> command, Shutdown shutdown, ProgressReporter progress)
    {
        shutdown.Grace = DeliveryGrace;
        using var store = QueueCommand.Open(settings);
        return command(new QueueCommand(store, progress, Console.Out, json), store);
    }

    private static int Guard(Shutdown shutdown, ProgressReporter progress, Func<int> command)
    {
        shutdown.LastWord = () => Fail(progress, new OperationCanceledException());
        try
        {
            return command();
        }
#pragma warning disable CA1031 // the last place that can turn a failure into a sentence
        catch (Exception error)
#pragma warning restore CA1031
        {
            // Once cancelled, the work fails wherever it notices that its files are gone.
            return Fail(progress, shutdown.Token.IsCancellationRequested ? new OperationCanceledException() : error);
        }
    }

    private static int Fail(ProgressReporter progress, Exception error)
    {
        progress.Say(Failure.Describe(error));
        return Failure.ExitCode(error);
    }

    private static bool IsTerminal() => !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
}
