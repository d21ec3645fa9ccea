using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Brings a result's rows to what the format can hold: JPEG has no alpha (laid over white), only PNG and TIFF have 16 bits
/// (rounded), and WebP and AVIF have no grey, whose profile does not go with three channels: it is applied.
/// </summary>
internal sealed class RowFitter
{
    private readonly int _width, _channels;
    private readonly bool _narrows, _flattens, _spreads;
    private readonly byte[]? _curve; // of grey in its profile, by 16 bits, to sRGB; null: it is in sRGB's

    /// <summary>Prepares for rows of this shape.</summary>
    /// <param name="shape">The result.</param>
    /// <param name="format">Its format.</param>
    /// <param name="curveOf">What brings grey to sRGB where its profile cannot be kept (see <see cref="GreyCurve"/>); not needed for sizes alone.</param>
    internal RowFitter(ResultShape shape, PictureFormat format, Func<byte[]?, byte[]?>? curveOf = null)
    {
        (_width, _channels) = (shape.Width, shape.Channels);
        _narrows = shape.Bits == 16 && !PictureFormats.Holds16Bits(format);
        _flattens = shape.Channels is 2 or 4 && !PictureFormats.HoldsAlpha(format);
        _spreads = shape.Channels < 3 && !PictureFormats.HoldsGrey(format);
        if (_spreads) _curve = curveOf?.Invoke(shape.Metadata.IccProfile);
        Bits = _narrows ? 8 : shape.Bits;
        Channels = _flattens ? shape.Channels - 1 : _spreads ? shape.Channels + 2 : shape.Channels;
    }

    /// <summary>Channels of the fitted rows.</summary>
    internal int Channels { get; }

    /// <summary>Bits of a sample of the fitted rows.</summary>
    internal int Bits { get; }

    /// <summary>Bytes of a fitted row.</summary>
    internal int RowBytes => checked(_width * Channels * (Bits / 8));

    /// <summary>Fits one row.</summary>
    internal void Fit(ReadOnlySpan<byte> row, Span<byte> fitted)
    {
        if (_narrows) FitWide(MemoryMarshal.Cast<byte, ushort>(row), fitted);
        else if (_flattens || _spreads) FitNarrow(row, fitted);
        else row.CopyTo(fitted);
    }

    private void FitWide(ReadOnlySpan<ushort> row, Span<byte> fitted)
    {
        for (int from = 0, to = 0; from < row.Length; from += _channels, to += Channels)
        {
            if (_flattens)
            {
                uint alpha = row[from + _channels - 1];
                for (var c = 0; c < Channels; c++) fitted[to + c] = OverWhite16(row[from + c], alpha);
            }
            else if (_spreads)
            {
                Spread(_curve?[row[from]] ?? Narrow(row[from]), _channels == 2 ? Narrow(row[from + 1]) : (byte)0, fitted.Slice(to, Channels));
            }
            else
            {
                for (var c = 0; c < Channels; c++) fitted[to + c] = Narrow(row[from + c]);
            }
        }
    }

    private void FitNarrow(ReadOnlySpan<byte> row, Span<byte> fitted)
    {
        for (int from = 0, to = 0; from < row.Length; from += _channels, to += Channels)
        {
            if (_flattens)
            {
                uint alpha = row[from + _channels - 1];
                for (var c = 0; c < Channels; c++) fitted[to + c] = OverWhite8(row[from + c], alpha);
            }
            else
            {
                Spread(_curve?[row[from] * 257] ?? row[from], _channels == 2 ? row[from + 1] : (byte)0, fitted.Slice(to, Channels));
            }
        }
    }

    private static void Spread(byte grey, byte alpha, Span<byte> pixel)
    {
        pixel[0] = pixel[1] = pixel[2] = grey;
        if (pixel.Length == 4) pixel[3] = alpha;
    }

    // Nearest of 255 to v / 65535; exact, since 65535 = 255 · 257.
    private static byte Narrow(uint sample) => (byte)((sample + 128) / 257);

    // v·a + 1·(1 − a), rounded to the nearest.
    private static byte OverWhite8(uint sample, uint alpha) => (byte)(((sample * alpha) + (255 * (255 - alpha)) + 127) / 255);

    // The same in 16 bits, rounded once, to 8: the denominator is 65535 · 257.
    private static byte OverWhite16(uint sample, uint alpha)
    {
        const ulong one = 65535, denominator = one * 257;
        return (byte)((((ulong)sample * alpha) + (one * (one - alpha)) + (denominator / 2)) / denominator);
    }
}
