namespace TorchUpscaler.Core;

/// <summary>The padding of pictures whose sides a network's pixel-unshuffle does not divide.</summary>
public static class Reflection
{
    /// <summary>The index that stands for one behind the end, as <c>numpy.pad(mode="reflect")</c> has it; a side of 1 repeats its pixel.</summary>
    /// <param name="index">The index, 0 or larger.</param>
    /// <param name="length">How many there are.</param>
    public static int Index(int index, int length)
    {
        if (index < length) return index;
        if (length == 1) return 0;
        index %= 2 * (length - 1);
        return index < length ? index : 2 * (length - 1) - index;
    }
}
