using TorchUpscaler.Torch.Streaming;

namespace TorchUpscaler.Torch.Tests;

public class CardBudgetTests
{
    private const long Giga = 1L << 30;

    [Fact]
    public void What_is_free_is_asked_once_a_process_and_card()
    {
        var first = CardBudget.Of(1001, () => 10 * Giga);
        Assert.Equal(9 * Giga, first.Bytes);
        Assert.Same(first, CardBudget.Of(1001, () => throw new InvalidOperationException("asked again: by now this process has taken of it")));
        Assert.NotSame(first, CardBudget.Of(1002, () => 10 * Giga));
    }

    [Fact]
    public void Where_the_driver_does_not_say_a_small_card_is_assumed() => Assert.InRange(CardBudget.Of(1003, () => null).Bytes, Giga, 2 * Giga);

    [Fact]
    public void What_was_too_much_is_not_planned_again_and_comes_back_slowly()
    {
        var budget = new CardBudget(10 * Giga);
        budget.Fail(5 * Giga);
        Assert.Equal(3 * Giga, budget.Bytes);
        budget.Fail(8 * Giga); // planned before, and no news
        Assert.Equal(3 * Giga, budget.Bytes);
        budget.Succeed();
        Assert.InRange(budget.Bytes, (3 * Giga) + 1, 4 * Giga);
        for (var i = 0; i < 100; i++) budget.Succeed();
        Assert.Equal(10 * Giga, budget.Bytes);
    }
}
