using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TorchUpscaler.App.Service;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>The arguments of <c>torchupscaler queue</c>.</summary>
internal static class QueueArguments
{
    private const int UsualLimit = 50;

    /// <summary>The command with those below it.</summary>
    /// <param name="run">Is given what opens the settings, and what to do with the queue; returns the exit code.</param>
    internal static Command Command(Func<Func<ServiceSettings>, bool, Func<QueueCommand, IJobStore, int>, int> run)
    {
        var settings = new SettingOptions("--store");
        var json = new Option<bool>("--json") { Description = "Answer in JSON, an object a line." };
        var group = new Command("queue", "Shows a queue, and what an operator does to it.");
        group.Add(HelpWithExamples.Option(QueueExamples.Group));

        void Add(Command command, Func<ParseResult, Func<QueueCommand, IJobStore, int>> work)
        {
            settings.AddTo(command);
            command.Add(json);
            command.Add(HelpWithExamples.Option(QueueExamples.Below(command.Name)));
            command.SetAction(parsed => run(() => settings.Read(parsed), parsed.GetValue(json), work(parsed)));
            group.Add(command);
        }

        AddList(Add);
        AddJobs(Add);
        AddFetch(Add);
        Add(new Command("stats", "Shows how many jobs there are by state and class, and which workers."), _ => (queue, _) => queue.Stats());
        AddWeight(Add);
        return group;
    }

    private delegate void Adding(Command command, Func<ParseResult, Func<QueueCommand, IJobStore, int>> work);

    private static void AddList(Adding add)
    {
        var state = new Option<JobState?>("--state")
        {
            Description = $"Only of this state: {NamesOf<JobState>()}.",
            HelpName = "STATE",
            CustomParser = Named<JobState>,
        };
        var person = new Option<string>("--person") { Description = "Only of this person.", HelpName = "NAME" };
        var limit = new Option<int?>("--limit")
        {
            Description = string.Create(CultureInfo.InvariantCulture, $"At most so many. Default: {UsualLimit}."),
            HelpName = "N",
            CustomParser = result => (int?)OptionParsers.Number(result, 1, 100_000),
        };
        add(new Command("list", "Shows jobs, the newest first.") { state, person, limit }, parsed =>
            (queue, _) => queue.List(parsed.GetValue(state), parsed.GetValue(person), parsed.GetValue(limit) ?? UsualLimit));
    }

    private static void AddJobs(Adding add)
    {
        var one = Id(new Argument<long[]>("ID") { Description = "The job's number.", Arity = ArgumentArity.ExactlyOne });
        add(new Command("show", "Shows all about a job.") { one }, parsed => (queue, _) => queue.Show(parsed.GetRequiredValue(one)[0]));
        var cancelled = Ids();
        add(new Command("cancel", "Ends jobs that are not upscaled yet.") { cancelled }, parsed => (queue, _) => queue.Cancel(parsed.GetRequiredValue(cancelled)));
        var retried = Ids();
        add(new Command("retry", "Queues jobs again that failed, expired or were cancelled, as if they were new.") { retried }, parsed =>
            (queue, _) => queue.Retry(parsed.GetRequiredValue(retried)));
    }

    private static void AddFetch(Adding add)
    {
        var ids = Ids();
        var folder = new Option<string>("--output", "-o") { Description = "The folder for the results.", HelpName = "DIR", Required = true };
        var force = new Option<bool>("--force") { Description = "Replace existing files." };
        add(new Command("fetch", "Puts results into a folder, as NAME_x4.EXT. As long as they are kept, they can be fetched again.") { ids, folder, force }, parsed =>
            (queue, store) => queue.Fetch(parsed.GetRequiredValue(ids), new ResultDelivery(store, parsed.GetRequiredValue(folder), parsed.GetValue(force))));
    }

    private static void AddWeight(Adding add)
    {
        var person = new Argument<string>("PERSON") { Description = "As submit --person has it." };
        var weight = new Argument<double>("WEIGHT") { Description = "2 is twice the share of others, who have 1, within a class and under load.", CustomParser = ParseWeight };
        add(new Command("weight", "Sets a person's share.") { person, weight }, parsed =>
            (queue, _) => queue.Weigh(parsed.GetRequiredValue(person), parsed.GetRequiredValue(weight)));
    }

    /// <summary>A state or class by its name.</summary>
    internal static T? Named<T>(ArgumentResult result) where T : struct, Enum
    {
        var text = result.Tokens[0].Value;
        foreach (var value in Enum.GetValues<T>())
            if (JobText.Name(value).Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
        result.AddError($"'{text}' is none of {NamesOf<T>()}, for {((OptionResult)result.Parent!).Option.Name}");
        return null;
    }

    /// <summary>The names that there are: <c>admin, vip, normal, bulk</c>.</summary>
    internal static string NamesOf<T>() where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(JobText.Name));

    private static Argument<long[]> Ids() => Id(new Argument<long[]>("ID") { Description = "Numbers of jobs.", Arity = ArgumentArity.OneOrMore });

    private static Argument<long[]> Id(Argument<long[]> argument)
    {
        argument.CustomParser = result =>
        {
            var wrong = result.Tokens.Select(token => token.Value).FirstOrDefault(text => OptionParsers.WholeNumber(text, 1, long.MaxValue) is null);
            if (wrong is null) return [.. result.Tokens.Select(token => OptionParsers.WholeNumber(token.Value, 1, long.MaxValue)!.Value)];
            result.AddError($"'{wrong}' is not the number of a job; see: torchupscaler queue list");
            return [];
        };
        return argument;
    }

    private static double ParseWeight(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight is > 0 and <= 1e6) return weight;
        result.AddError($"'{text}' is not a number above 0, such as 2, for the weight");
        return 0;
    }
}
