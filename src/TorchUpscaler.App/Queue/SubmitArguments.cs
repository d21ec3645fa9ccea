using System.CommandLine;
using TorchUpscaler.App.Service;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>The arguments of <c>torchupscaler submit</c>.</summary>
internal static class SubmitArguments
{
    private const string Examples = """
        Examples:
          torchupscaler submit photo.jpg                        queues a picture, and says its number and place
          torchupscaler submit holiday/ --wait -o enlarged/     queues a folder's pictures and fetches the results
          torchupscaler submit scan.png -s 2 -f png --class bulk --person archive

        Exit codes: 0 done, 1 failed, 2 input, usage or store refused, 3 some of several failed, 130 cancelled.
        """;

    private static readonly Argument<string[]> Inputs = new("INPUT")
    {
        Description = "Pictures, and folders of pictures.",
        Arity = ArgumentArity.OneOrMore,
        Validators = { OptionParsers.RefuseUnknownOptions },
    };

    private static readonly Option<bool> Recursive = new("--recursive", "-r") { Description = "Look into the folders within folders too." };

    private static readonly Option<JobClass?> Class = new("--class")
    {
        Description = $"How urgent they are: {QueueArguments.NamesOf<JobClass>()}. Default: normal.",
        HelpName = "CLASS",
        CustomParser = QueueArguments.Named<JobClass>,
    };

    private static readonly Option<string> Person = new("--person")
    {
        Description = "Whose turn they count as, where several wait. Default: this account's name.",
        HelpName = "NAME",
    };

    private static readonly Option<string> Model = new("--model", "-m")
    {
        Description = "A model's name (x4plus), or a .safetensors file that the worker can read. Default: the best one that the worker has.",
        HelpName = "MODEL",
    };

    private static readonly Option<int?> Scale = new("--scale", "-s")
    {
        Description = "How many times larger. Default: what the model does.",
        HelpName = "SCALE",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, 64),
    };

    private static readonly Option<PictureFormat?> Format = new("--format", "-f")
    {
        Description = "The results' format. Default: the picture's own.",
        HelpName = "png|jpg|webp",
        CustomParser = OptionParsers.QueueFormat,
    };

    private static readonly Option<int?> Quality = new("--quality")
    {
        Description = "Quality of JPEG and WebP, 1 to 100. Default: 95.",
        HelpName = "N",
        CustomParser = result => (int?)OptionParsers.Number(result, 1, 100),
    };

    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait for the results and put them into the folder of -o. Ctrl-C leaves the jobs in the queue." };

    private static readonly Option<string> Output = new("--output", "-o") { Description = "The folder for the results, with --wait.", HelpName = "DIR" };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace existing results." };

    private static readonly Option<bool> Json = new("--json") { Description = "One line of JSON on standard output for each job, and for each result." };

    /// <summary>The command.</summary>
    /// <param name="run">Is given the checked options; returns the exit code.</param>
    internal static Command Command(Func<Func<SubmitOptions>, int> run)
    {
        Format.CompletionSources.Clear(); // the names of the enumeration are not what people write
        Format.CompletionSources.Add("png", "jpg", "webp");
        var settings = new SettingOptions("--store", "--weights");
        var command = new Command("submit", "Hands pictures to a queue, for its workers to enlarge.")
        {
            Inputs, Recursive, Class, Person, Model, Scale, Format, Quality, Wait, Output, Force, Json,
        };
        settings.AddTo(command);
        command.Add(HelpWithExamples.Option(Examples));
        command.Validators.Add(result =>
        {
            if (result.GetValue(Wait) == result.GetValue(Output) is null) result.AddError("--wait and -o DIR belong together: give both or none");
        });
        command.SetAction(parsed => run(() => Options(parsed, settings.Read(parsed))));
        return command;
    }

    private static SubmitOptions Options(ParseResult parsed, ServiceSettings settings)
    {
        var defaults = new SubmitOptions { Inputs = [], Settings = settings };
        return defaults with
        {
            Inputs = parsed.GetRequiredValue(Inputs),
            Recursive = parsed.GetValue(Recursive),
            Class = parsed.GetValue(Class) ?? defaults.Class,
            Person = parsed.GetValue(Person) ?? defaults.Person,
            Model = parsed.GetValue(Model),
            Scale = parsed.GetValue(Scale),
            Format = parsed.GetValue(Format),
            Quality = parsed.GetValue(Quality) ?? defaults.Quality,
            Wait = parsed.GetValue(Wait),
            Output = parsed.GetValue(Output),
            Force = parsed.GetValue(Force),
            Json = parsed.GetValue(Json),
        };
    }
}
