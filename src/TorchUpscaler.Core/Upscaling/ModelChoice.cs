namespace TorchUpscaler.Core;

/// <summary>A model that is there, known by its file's header; its weights are not in memory.</summary>
/// <param name="Name">The file's name without folder and extension.</param>
/// <param name="Path">The file.</param>
/// <param name="Network">The network's sizes.</param>
/// <param name="Metadata">What the file says about itself: source, licence.</param>
public sealed record InstalledModel(string Name, string Path, NetworkShape Network, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The file whose weights these are mixed with, or null: they are as they are.</summary>
    public string? Partner { get; init; }

    /// <summary>This file's share in the mixture, 0 to 1.</summary>
    public double Share { get; init; } = 1;

    /// <summary>What tells it from all others.</summary>
    internal (string Path, string? Partner, double Share) Key => (Path, Partner, Share);

    /// <summary>Opens its weights.</summary>
    /// <exception cref="WeightsException">Not readable, damaged, or of another network than the file it is mixed with.</exception>
    internal ModelFile OpenFile() => Partner is null ? ModelFile.Open(Path) : ModelFile.OpenMixed(Path, Partner, Share);

    /// <summary>Reads a model file's header.</summary>
    /// <exception cref="WeightsException">Not readable, damaged, of no known network, or not for pictures.</exception>
    public static InstalledModel Open(string path)
    {
        using var file = ModelFile.Open(path);
        var network = file.Network;
        if (network.InputChannels is not (1 or 3) || network.OutputChannels != network.InputChannels)
        {
            throw new WeightsException(FormattableString.Invariant(
                $"the model {file.Name} makes {network.OutputChannels} channels of {network.InputChannels}; models for photos take 3 or 1 and make as many"));
        }
        return new InstalledModel(file.Name, path, network, file.Metadata);
    }
}

/// <summary>How a picture is going to be enlarged.</summary>
/// <param name="Chain">The models that run one after the other, each on what the one before has made; usually one, and none where Lanczos does it alone.</param>
/// <param name="Scale">Result pixels per picture pixel, each way; where the chain makes more, or a little less, Lanczos does the rest.</param>
/// <param name="Note">A sentence for the person whose picture it is, where something else may have been expected; or null.</param>
public sealed record ModelChoice(IReadOnlyList<InstalledModel> Chain, double Scale, string? Note = null)
{
    /// <summary>What a chain of no models is called.</summary>
    public const string Lanczos = "lanczos";

    /// <summary>The chain's name in reports: <c>x4plus</c>, or <c>x4plus+x2plus</c>.</summary>
    public string Name => Chain.Count == 0 ? Lanczos : string.Join('+', Chain.Select(model => model.Name));

    /// <summary>Pixels that the chain makes of one, each way.</summary>
    public int ChainScale => Chain.Aggregate(1, (scale, model) => checked(scale * model.Network.Scale));

    /// <summary>The result's size; it may be more than any picture can have.</summary>
    /// <param name="width">Pixels in a row of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    public (long Width, long Height) SizeOf(int width, int height) => (ResultSize.Side(width, Scale), ResultSize.Side(height, Scale));

    /// <summary>Whether every picture must be grey.</summary>
    public bool IsForGrey => Chain.Any(model => model.Network.InputChannels == 1);

    /// <summary>The work for one pixel of the picture, in multiply-adds.</summary>
    public double CostPerPixel
    {
        get
        {
            var (cost, area) = (0.0, 1.0);
            foreach (var model in Chain)
            {
                cost += area * NetworkCost.PerPixel(model.Network);
                area *= (double)model.Network.Scale * model.Network.Scale;
            }
            return cost;
        }
    }
}
