using System.Text.RegularExpressions;
using TorchUpscaler.Core;

namespace TorchUpscaler.Torch.Cuda;

/// <summary>Which drivers and cards will do, and what a card computes in.</summary>
public static partial class CardRules
{
    /// <summary>
    /// What the driver has to know at least. libtorch is built with CUDA 12.8, and what is built with one version of CUDA 12 runs on the
    /// drivers of all (docs.nvidia.com/deploy/cuda-compatibility).
    /// </summary>
    public static readonly Version LeastCuda = new(12, 0);

    /// <summary>The oldest cards that libtorch 2.10 for CUDA 12.8 has kernels for.</summary>
    public static readonly Version LeastCapability = new(7, 0);

    /// <summary>What CUDA, cuDNN, the weights and the smallest bands take of a card's memory, rounded up.</summary>
    public const long LeastBytes = 1536L << 20;

    private static readonly Version Turing = new(7, 5);

    /// <summary>Why none of the machine's cards can be used, in a sentence with what to do about it; null where one can.</summary>
    public static string? Fault(NvidiaDriver driver)
    {
        ArgumentNullException.ThrowIfNull(driver);
        var named = driver.Version is null ? "the NVIDIA driver" : $"the NVIDIA driver {driver.Version}";
        if (!driver.IsThere) return "this machine has no NVIDIA driver, and so no card to compute on";
        if (driver.Cuda is null)
            return $"{named} is loaded, but its library libcuda.so.1 is not here; start a container with the card (docker run --gpus all, which needs NVIDIA's container toolkit), else install the driver's CUDA library";
        if (driver.Cuda < LeastCuda)
            return $"{named} knows CUDA {driver.Cuda} at most, and CUDA {LeastCuda} is needed; install driver 525.60.13 or newer, best 570.26 or newer";
        if (driver.Trouble is not null) return $"{named} does not start: {driver.Trouble}";
        if (driver.Cards.Count == 0)
            return $"{named} finds no card; see whether CUDA_VISIBLE_DEVICES hides it, or a container was started without it (docker run --gpus all)";
        return driver.Cards.All(card => Fault(card) is not null) ? Fault(driver.Cards[0]) : null;
    }

    /// <summary>Why a card cannot be used, in a sentence; null where it can.</summary>
    public static string? Fault(NvidiaCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.Capability < LeastCapability)
            return $"{card.Name} is too old: it has compute capability {card.Capability}, and {LeastCapability} is needed, which cards have from Tesla V100, GeForce GTX 16 and RTX 20 on";
        if (card.TotalBytes < LeastBytes)
            return $"{card.Name} is too small: it has {MemorySize.Format(card.TotalBytes)} of memory, and {MemorySize.Format(LeastBytes)} is the least that the networks need";
        return null;
    }

    /// <summary>
    /// What a network computes in on a card where nobody says otherwise: fp16 where the card is made for it. Of the cards with capability
    /// 7.5 those without tensor cores (GeForce GTX 16, MX450, T400 to T1000: the chips TU116 and TU117) make black pictures in fp16
    /// (github.com/pytorch/pytorch/issues/58123), and only their names tell them from the others.
    /// </summary>
    public static Precision PrecisionFor(NvidiaCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.Capability < LeastCapability) return Precision.Float32;
        return card.Capability != Turing || WithTensorCores().IsMatch(card.Name) ? Precision.Float16 : Precision.Float32;
    }

    // GeForce RTX 2080, TITAN RTX, Quadro RTX 4000; Tesla T4, T10 and T40.
    [GeneratedRegex(@"\b(RTX|T4G?|T10|T40)\b")]
    private static partial Regex WithTensorCores();
}
