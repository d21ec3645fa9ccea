namespace TorchUpscaler.Core;

/// <summary>Numbers of pixels as people read them.</summary>
public static class Megapixels
{
    /// <summary>Above so many pixels, whole megapixels say enough.</summary>
    private const long Many = 10_000_000;

    /// <summary>Megapixels, rounded up to as few digits as still say how many there are: as a limit, the number allows them.</summary>
    public static decimal AtLeast(long pixels)
    {
        var step = 1_000_000m;
        for (var many = Many; many > pixels && step > 1; many /= 10) step /= 10;
        return decimal.Ceiling(pixels / step) * step / 1_000_000m;
    }
}
