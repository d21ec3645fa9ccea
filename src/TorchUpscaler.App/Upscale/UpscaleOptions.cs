using TorchUpscaler.App.Composition;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>What <c>torchupscaler upscale</c> was asked for.</summary>
internal sealed record UpscaleOptions
{
    /// <summary>Files and folders, as given; <c>-</c> alone is standard input.</summary>
    internal required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The result's file, <c>-</c> for standard output, or the folder for the results; null: beside each input.</summary>
    internal string? Output { get; init; }

    /// <summary>Whether folders within folders are looked into.</summary>
    internal bool Recursive { get; init; }

    /// <summary>A catalogue name or the path of a safetensors file; null: the best installed one.</summary>
    internal string? Model { get; init; }

    /// <summary>What computes.</summary>
    internal EngineWish Engine { get; init; } = new();

    /// <summary>The codec: one of <see cref="Codecs.Names"/>.</summary>
    internal string Codec { get; init; } = Codecs.Names[0];

    /// <summary>Larger pictures are made with the fast model on a CPU, in pixels; 0: none.</summary>
    internal long FastAbovePixels { get; init; } = ModelChooser.DefaultFastAbovePixels;

    /// <summary>How large the results are to be.</summary>
    internal ResultSize Size { get; init; } = ResultSize.OfModel;

    /// <summary>What is made of the networks' result.</summary>
    internal Taste Taste { get; init; } = Taste.Untouched;

    /// <summary>How much noise is taken away, 0 to 1; null: the models are taken as they are.</summary>
    internal double? Denoise { get; init; }

    /// <summary>The results' format; null: the input's where results can be written in it, else PNG.</summary>
    internal PictureFormat? Format { get; init; }

    /// <summary>Quality of JPEG, and what looks like it of WebP and AVIF, 1 to 100.</summary>
    internal int Quality { get; init; } = 95;

    /// <summary>What of the pictures' metadata is carried.</summary>
    internal CarriedMetadata Metadata { get; init; } = CarriedMetadata.ButPlace;

    /// <summary>Bound of the process's peak resident memory, in bytes.</summary>
    internal long MemoryBytes { get; init; } = MemorySize.DefaultBudget();

    /// <summary>Threads that compute.</summary>
    internal int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>A folder that models are looked for in first.</summary>
    internal string? WeightsFolder { get; init; }

    /// <summary>Largest input, in pixels.</summary>
    internal long MaxInputPixels { get; init; } = 64_000_000;

    /// <summary>Largest result, in pixels.</summary>
    internal long MaxOutputPixels { get; init; } = 400_000_000;

    /// <summary>Whether existing results are replaced.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether each picture is reported as a line of JSON on standard output.</summary>
    internal bool Json { get; init; }
}
