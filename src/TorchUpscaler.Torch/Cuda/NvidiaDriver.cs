using System.Text.RegularExpressions;

namespace TorchUpscaler.Torch.Cuda;

/// <summary>What NVIDIA's driver says of itself and of the machine's cards. Nothing here needs PyTorch, and asking opens no card.</summary>
public sealed partial record NvidiaDriver
{
    /// <summary>Whether there is one: its kernel module or its library.</summary>
    public bool IsThere => Version is not null || Cuda is not null;

    /// <summary>The kernel module's version, such as <c>570.86.15</c>, or null where none is loaded or it does not say.</summary>
    public string? Version { get; init; }

    /// <summary>The newest CUDA that it knows, such as 12.8, or null where its library is not here.</summary>
    public Version? Cuda { get; init; }

    /// <summary>Why it does not start, with what to do about it, or null.</summary>
    public string? Trouble { get; init; }

    /// <summary>The cards, as PyTorch counts them.</summary>
    public IReadOnlyList<NvidiaCard> Cards { get; init; } = [];

    /// <summary>Why none of the cards can be used, in a sentence; null where one can.</summary>
    public string? Fault => CardRules.Fault(this);

    /// <summary>Asks the driver.</summary>
    public static NvidiaDriver Look() => Look("/");

    /// <summary>Asks the driver, whose files are looked for in a folder that stands for <c>/</c>.</summary>
    internal static NvidiaDriver Look(string root) => CudaLibrary.Ask(new NvidiaDriver { Version = VersionIn(Path.Combine(root, "proc/driver/nvidia/version")) });

    /// <summary>Bytes that are free on a card, or null where this process has not opened it yet: then nobody can tell.</summary>
    /// <param name="index">The card's number.</param>
    public static long? FreeBytes(int index) => CudaLibrary.FreeBytes(index);

    /// <summary>The version in the text of <c>/proc/driver/nvidia/version</c>, or null.</summary>
    internal static string? ParseVersion(string text) => KernelModule().Match(text) is { Success: true } match ? match.Groups["version"].Value : null;

    private static string? VersionIn(string file)
    {
        try
        {
            return ParseVersion(File.ReadAllText(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 22:50:36 UTC 2025
    [GeneratedRegex(@"^NVRM version:.*?\s(?<version>[0-9]+(\.[0-9]+)+)\s", RegexOptions.Multiline)]
    private static partial Regex KernelModule();
}
