using System.Collections.Concurrent;

namespace TorchUpscaler.Torch.Streaming;

/// <summary>
/// What this process may take of a card's memory. libtorch keeps what it has once had, so what is free on a card is asked once a process; and
/// where it was less than that after all, it is learned from.
/// </summary>
internal sealed class CardBudget
{
    private const double Share = 0.9;
    private const double AfterFailure = 0.6, AfterSuccess = 1.05;
    private const long WithoutWord = 2L << 30; // bytes, where the driver does not say what is free

    private static readonly ConcurrentDictionary<int, CardBudget> s_cards = [];

    private readonly long _most;

    /// <param name="bytes">Bytes that may be taken.</param>
    public CardBudget(long bytes) => Bytes = _most = bytes;

    /// <summary>Bytes that all runs together, the weights and the libraries may take now.</summary>
    public long Bytes { get; private set; }

    /// <summary>The budget of a card.</summary>
    /// <param name="index">The card's number.</param>
    /// <param name="free">Asks how many bytes are free on it; called the first time only.</param>
    public static CardBudget Of(int index, Func<long?> free) => s_cards.GetOrAdd(index, _ => new CardBudget((long)(Share * (free() ?? WithoutWord))));

    /// <summary>Runs whose plans come to so many bytes have not had them.</summary>
    public void Fail(long plannedBytes) => Bytes = Math.Min(Bytes, (long)(AfterFailure * plannedBytes));

    /// <summary>A run has ended well; perhaps there is more room again.</summary>
    public void Succeed() => Bytes = Math.Min(_most, (long)(AfterSuccess * Bytes));
}
