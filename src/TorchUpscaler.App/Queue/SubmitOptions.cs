using TorchUpscaler.App.Service;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Queue;

/// <summary>What <c>torchupscaler submit</c> was asked for.</summary>
internal sealed record SubmitOptions
{
    /// <summary>Files and folders, as given.</summary>
    internal required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Whether folders within folders are looked into.</summary>
    internal bool Recursive { get; init; }

    /// <summary>The settings.</summary>
    internal required ServiceSettings Settings { get; init; }

    /// <summary>How urgent the jobs are.</summary>
    internal JobClass Class { get; init; } = JobClass.Normal;

    /// <summary>Whose turn they count as.</summary>
    internal string Person { get; init; } = Environment.UserName is { Length: > 0 } account ? account : ResultDelivery.FrontEnd;

    /// <summary>A catalogue name or the path of a safetensors file; null: the best one that the worker has.</summary>
    internal string? Model { get; init; }

    /// <summary>Result pixels per picture pixel, each way; null: what the model does.</summary>
    internal int? Scale { get; init; }

    /// <summary>The results' format; null: the picture's own.</summary>
    internal PictureFormat? Format { get; init; }

    /// <summary>Quality of JPEG and WebP, 1 to 100.</summary>
    internal int Quality { get; init; } = 95;

    /// <summary>Whether the results are waited for and fetched into <see cref="Output"/>.</summary>
    internal bool Wait { get; init; }

    /// <summary>The folder for the results, or null.</summary>
    internal string? Output { get; init; }

    /// <summary>Whether existing files are replaced.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether programs are told of each job and result.</summary>
    internal bool Json { get; init; }
}
