namespace TorchUpscaler.Imaging.Full;

/// <summary>The rows of a decoded picture in the picture's colours.</summary>
internal sealed class SampleRows(PixelParts parts, PixelBuffer pixels)
{
    private readonly byte[] _row = parts.Colours == SampleColours.Plain ? [] : new byte[checked(parts.Width * parts.Channels * (parts.Bits / 8))];
    private readonly SmoothColours? _smooth = parts.Colours == SampleColours.YCbCr ? new SmoothColours(pixels, parts.ColourStep) : null;

    /// <summary>A row; stands until the next is asked for.</summary>
    internal ReadOnlySpan<byte> this[int y]
    {
        get
        {
            if (parts.Colours == SampleColours.Plain) return pixels.Row(y);
            if (_smooth is not null) _smooth.ToRgb(y, _row);
            else PlainColours.ToRgb(parts.Colours, parts.Bits, pixels.Row(y), _row);
            return _row;
        }
    }
}
