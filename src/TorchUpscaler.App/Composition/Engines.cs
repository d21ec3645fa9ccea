using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Torch;
#if FULL_PACKAGES
using TorchUpscaler.Torch.Cuda;
using TorchUpscaler.Torch.Full;
#endif

namespace TorchUpscaler.App.Composition;

/// <summary>What somebody wants to compute with.</summary>
/// <param name="Engine">One of <see cref="Engines.Names"/>.</param>
/// <param name="Device">Of the Torch engine: <c>cpu</c>, <c>cuda:0</c>; null: a card where there is one that will do, else the processor.</param>
/// <param name="Precision">What the networks compute in.</param>
/// <param name="CardBytes">Bytes of a card's memory that the Torch engine may take; null: nine tenths of what is free when it is first opened.</param>
internal sealed record EngineWish(string Engine = "auto", string? Device = null, Precision Precision = Precision.Auto, long? CardBytes = null);

/// <summary>An engine that can be opened.</summary>
/// <param name="Name">Its name in options and reports.</param>
/// <param name="IsOnCpu">Whether it computes on the processor, where large pictures take long.</param>
/// <param name="Open">Opens it, on the thread that uses it; it tells in a sentence of what the operator may want to know.</param>
/// <param name="OpenFallback">Opens the engine for what this one fails at; null: there is no other.</param>
internal sealed record EngineChoice(string Name, bool IsOnCpu, Func<Action<string>, IUpscaleEngine> Open, Func<IUpscaleEngine>? OpenFallback = null);

/// <summary>The engines of this build.</summary>
internal static class Engines
{
    private const string FullBuild = "dotnet publish src/TorchUpscaler.App -c Release -p:Packages=full -o out";

    /// <summary>What <c>--engine</c> takes.</summary>
    internal static readonly string[] Names = ["auto", "cpu", "torch"];

    /// <summary>What <c>--precision</c> takes, in the order of <see cref="Precision"/>.</summary>
    internal static readonly string[] Precisions = ["auto", "fp32", "fp16"];

    /// <summary>The device that a text names, or null for <c>auto</c>.</summary>
    /// <exception cref="FormatException">It names none.</exception>
    internal static string? DeviceOf(string text) => text == "auto" ? null : TorchDevice.Parse(text).ToString();

    /// <summary>The engine that somebody wants. <c>auto</c> is the Torch engine where there is a card that will do, or a device is named.</summary>
    /// <exception cref="InputException">This build, or this machine, does not have it.</exception>
    internal static EngineChoice Of(EngineWish wish) => wish.Engine switch
    {
        "cpu" => OnProcessor(wish),
        "torch" => Torch(wish),
        "auto" => wish.Device is not null ? Torch(wish) : CardOrProcessor(wish),
        var name => throw new ArgumentOutOfRangeException(nameof(wish), name, "no engine"),
    };

    private static EngineChoice OnProcessor(EngineWish wish)
    {
        if (wish.Device is not (null or "cpu")) throw new InputException($"the CPU engine does not compute on {wish.Device}; write --engine torch, or leave --device out");
        if (wish.Precision == Precision.Float16) throw new InputException("the CPU engine computes in fp32 alone; leave --precision out, or write --engine torch");
        return new EngineChoice("cpu", IsOnCpu: true, _ => new CpuEngine());
    }

#if FULL_PACKAGES
    /// <summary>Whether this build has the Torch engine.</summary>
    internal static bool HasTorch => true;

    /// <summary>Whether it computes on CUDA cards, where there are any. Loads CUDA's libraries to see.</summary>
    internal static bool HasCuda => TorchEngine.HasCuda;

    private static readonly Lazy<NvidiaDriver> s_driver = new(NvidiaDriver.Look);
    private static readonly Lazy<TorchDevice?> s_card = new(FindCard);

    private static EngineChoice CardOrProcessor(EngineWish wish)
    {
        if (s_card.Value is not null) return Torch(wish);
        var choice = OnProcessor(wish);
        if (!s_driver.Value.IsThere) return choice;
        // Somebody has put a card into this machine.
        var reason = s_driver.Value.Fault ?? "this build has no libraries for CUDA; build one with -p:Packages=full -p:Torch=cuda";
        return choice with { Open = notice => { notice($"the CPU engine computes: {reason}"); return choice.Open(notice); } };
    }

    private static EngineChoice Torch(EngineWish wish)
    {
        var device = wish.Device is { } named ? TorchDevice.Parse(named) : s_card.Value ?? TorchDevice.Cpu;
        if (wish.Precision == Precision.Float16 && !device.IsCuda)
            throw new InputException("half precision needs a CUDA card; leave --precision out, or write --precision fp32");
        var options = new TorchOptions { Device = device, CardBytes = wish.CardBytes, Fallback = device.IsCuda ? () => new CpuEngine() : null };
        return new EngineChoice("torch", !device.IsCuda, notice => new TorchEngine(options with { Notice = notice }), () => new CpuEngine());
    }

    private static TorchDevice? FindCard() =>
        s_driver.Value.Cards.FirstOrDefault(card => CardRules.Fault(card) is null) is { } card && TorchEngine.HasCuda
            ? new TorchDevice(IsCuda: true, card.Index)
            : null;
#else
    /// <summary>Whether this build has the Torch engine.</summary>
    internal static bool HasTorch => false;

    /// <summary>Whether it computes on CUDA cards, where there are any.</summary>
    internal static bool HasCuda => false;

    private static EngineChoice CardOrProcessor(EngineWish wish) => OnProcessor(wish);

    private static EngineChoice Torch(EngineWish wish) => throw new InputException($"this build has no Torch engine; build one with: {FullBuild}");
#endif
}
