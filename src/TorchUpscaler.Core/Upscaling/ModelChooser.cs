using System.Globalization;

namespace TorchUpscaler.Core;

/// <summary>Chooses the models for a picture: the one that was asked for, or the best ones that are installed.</summary>
/// <param name="folders">Where to look.</param>
public sealed class ModelChooser(ModelFolders folders)
{
    /// <summary>
    /// Where nothing else is set: x4plus needs 25 to 36 µs a pixel on two cores with AVX-512, some two minutes for so many; the
    /// fast model a tenth of it or less.
    /// </summary>
    public const long DefaultFastAbovePixels = 4_000_000;

    /// <summary>The model whose weights <c>denoise</c> mixes with those of <see cref="NoisyModel"/>: alone it denoises most.</summary>
    public const string DenoisingModel = "general-x4v3";

    /// <summary>The model that alone denoises least.</summary>
    public const string NoisyModel = "general-wdn-x4v3";

    // What a chain lacks of a scale by so little, Lanczos adds: another network would take many times as long for what cannot be seen.
    private const double LanczosEnlarges = 1.1;

    private const int UsualScale = 4;
    private const string UsualModel = "x4plus", FastModel = "x4fast";

    // What is taken where no model is asked for, and the scale that it should have; of two with one scale the first.
    private static readonly (string Name, int Scale)[] Preferred = [("sber-x2", 2), ("x2plus", 2), ("sber-x4", 4), (UsualModel, 4), ("sber-x8", 8)];

    /// <summary>Pictures of more pixels are made with the fast model, where it is installed and no model is asked for; 0: none. For engines on a CPU.</summary>
    public long FastAbovePixels { get; init; } = DefaultFastAbovePixels;

    /// <summary>The names of the models that can be pulled, for advice; empty: not known here.</summary>
    public IReadOnlyList<string> Catalogue { get; init; } = [];

    /// <summary>Chooses. The files' headers are read anew each time: a model that has just been installed is found.</summary>
    /// <param name="model">A catalogue name, the path of a safetensors file, or null.</param>
    /// <param name="scale">The scale that was asked for, or null for the model's own. Below 1 Lanczos reduces the picture alone.</param>
    /// <param name="width">Pixels in a row of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="denoise">How much noise is taken away, 0 to 1, by mixing two models; or null: the models are taken as they are.</param>
    /// <exception cref="WeightsException">Not installed, damaged, or not to be brought to that scale; the message says what to do.</exception>
    public ModelChoice Choose(string? model, double? scale, int width, int height, double? denoise = null)
    {
        if (scale is not null) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale.Value, nameof(scale));
        if (scale < 1) return new ModelChoice([], scale.Value, "the result is smaller than the picture, which Lanczos reduces without a network");
        if (denoise is not null) return Chain(Mixed(model, denoise.Value), scale);
        return model is null
            ? ChooseInstalled(scale ?? UsualScale, (long)width * height)
            : Chain(InstalledModel.Open(Find(model)), scale);
    }

    /// <summary>Chooses no network at all: Lanczos alone, to the scale that was asked for or else the model's. No model need be installed where none is asked for.</summary>
    /// <exception cref="WeightsException">The model is not installed or damaged.</exception>
    public ModelChoice ChooseNone(string? model, double? scale) =>
        new([], scale ?? (model is null ? UsualScale : InstalledModel.Open(Find(model)).Network.Scale));

    // As the public Real-ESRGAN program does it: 1 is the denoising model itself.
    private InstalledModel Mixed(string? model, double denoise)
    {
        if (model is not (null or DenoisingModel))
            throw new WeightsException($"noise is set by mixing {DenoisingModel} with {NoisyModel}, and {model} is neither; leave out -m or --denoise");
        string[] needed = denoise switch { 0 => [NoisyModel], 1 => [DenoisingModel], _ => [DenoisingModel, NoisyModel] };
        var missing = needed.Where(name => folders.Find(name) is null).ToList();
        if (missing.Count > 0)
        {
            throw new WeightsException($"noise is set by mixing {DenoisingModel} with {NoisyModel}, and {string.Join(" and ", missing)} {(missing.Count == 1 ? "is" : "are")} not in "
                + $"{string.Join(", ", folders.All)}; name the folder that has them with --weights DIR, or get {(missing.Count == 1 ? "it" : "them")} with: "
                + string.Join(" && ", missing.Select(ModelFolders.PullCommand)));
        }
        var first = InstalledModel.Open(folders.Find(needed[0])!);
        return needed.Length == 1 ? first : first with { Partner = folders.Find(NoisyModel), Share = denoise };
    }

    // The model that was asked for is obeyed: as often as it takes.
    private static ModelChoice Chain(InstalledModel model, double? scale)
    {
        var own = model.Network.Scale;
        if (own == 1 && scale > LanczosEnlarges)
            throw new WeightsException(FormattableString.Invariant($"the model {model.Name} does not enlarge; use -s 1, or another model with -m"));
        var chain = new List<InstalledModel> { model };
        for (double reached = own; reached * LanczosEnlarges < scale; reached *= own) chain.Add(model);
        return WithNote(chain, scale ?? own, because: null);
    }

    private ModelChoice ChooseInstalled(double scale, long pixels)
    {
        // A damaged file is a matter of those pictures that need it.
        var exact = Installed(Preferred.Where(model => model.Scale == scale)).FirstOrDefault(model => model.Network.Scale == scale);
        var best = exact is not null ? [exact] : Cheapest(Installed(Preferred).DistinctBy(model => model.Network.Scale).ToList(), scale);
        if (best is not null && (FastAbovePixels == 0 || pixels <= FastAbovePixels)) return WithNote(best, scale, because: null);

        var fast = folders.Find(FastModel) is { } path ? Cheapest([InstalledModel.Open(path)], scale) : null;
        if (best is null && fast is null)
        {
            throw new WeightsException($"no model is installed: none of {string.Join(", ", Preferred.Select(preferred => preferred.Name))} is in {string.Join(", ", folders.All)}; "
                + $"name the folder that has one with --weights DIR, or get one with: {ModelFolders.PullCommand(UsualModel)}");
        }
        if (best is null) return WithNote(fast!, scale, "no larger model is installed");
        if (fast is null || Cost(fast) >= Cost(best)) return WithNote(best, scale, because: null);
        return WithNote(fast, scale, string.Create(CultureInfo.InvariantCulture, $"the picture is large: {pixels / 1e6:0.0} megapixels, and above {FastAbovePixels / 1e6:0.###} the fast model is taken"));
    }

    private IEnumerable<InstalledModel> Installed(IEnumerable<(string Name, int Scale)> models) =>
        models.Select(model => folders.Find(model.Name)).OfType<string>().Select(InstalledModel.Open);

    /// <summary>
    /// The chain with the least work that reaches a scale or nearly does. A model of that very scale comes before any chain. In a chain the
    /// network that enlarges most comes first: it sees the photo, and those behind it what is clean already.
    /// </summary>
    private static List<InstalledModel>? Cheapest(IReadOnlyList<InstalledModel> models, double scale)
    {
        if (models.FirstOrDefault(model => model.Network.Scale == scale) is { } exact) return [exact];
        var enlarging = models.Where(model => model.Network.Scale > 1).OrderByDescending(model => model.Network.Scale).ToList();
        return Chains(enlarging, 0, scale).MinBy(Cost);
    }

    // All chains that reach the scale, and would not without their last network.
    private static IEnumerable<List<InstalledModel>> Chains(List<InstalledModel> models, int from, double missing)
    {
        for (var i = from; i < models.Count; i++)
        {
            var rest = missing / models[i].Network.Scale;
            if (rest <= LanczosEnlarges) yield return [models[i]];
            else foreach (var tail in Chains(models, i, rest)) yield return [models[i], .. tail];
        }
    }

    private static double Cost(List<InstalledModel> chain) => new ModelChoice(chain, 1).CostPerPixel;

    private static ModelChoice WithNote(List<InstalledModel> chain, double scale, string? because)
    {
        var choice = new ModelChoice(chain, scale);
        var parts = new List<string>();
        if (because is not null) parts.Add($"made with {chain[0].Name} because {because}");
        if (chain.Count > 1 || choice.ChainScale != scale)
        {
            var steps = string.Join(", then ", chain.Select(model => model.Name)) + (choice.ChainScale == scale ? "" : " and Lanczos");
            parts.Add($"×{ResultSize.Times(scale)} is reached by {steps}");
        }
        return parts.Count == 0 ? choice : choice with { Note = string.Join("; ", parts) };
    }

    private string Find(string model)
    {
        if (File.Exists(model) && !Path.GetExtension(model).Equals(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase))
            throw new WeightsException($"{model} is not a safetensors file; convert it first: {ModelFolders.WeightsCommand($"convert {model}")}");
        if (model.EndsWith(ModelFolders.Extension, StringComparison.OrdinalIgnoreCase) || model.Contains('/'))
            return File.Exists(model) ? model : throw new WeightsException($"there is no model file {model}; check the path given with -m");
        if (folders.Find(model) is { } path) return path;
        var looked = string.Join(", ", folders.All);
        throw new WeightsException(Catalogue.Count == 0 || Catalogue.Contains(model)
            ? $"the model {model} is not in {looked}; name the folder that has it with --weights DIR, or get it with: {ModelFolders.PullCommand(model)}"
            : $"the model {model} is not in {looked}, and none of that name can be had, only {string.Join(", ", Catalogue)}; name one of them, or the folder of your own with --weights DIR");
    }
}
