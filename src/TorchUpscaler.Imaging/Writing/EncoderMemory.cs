using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>Memory that libvips' encoders hold. Measured on noise at quality 100, which takes the most, and rounded up.</summary>
internal static class EncoderMemory
{
    /// <summary>
    /// At the peak, in bytes: PNG, JPEG and TIFF need some rows, WebP and AVIF the whole picture. Photographs take about a quarter of it
    /// in WebP without alpha.
    /// </summary>
    /// <param name="format">The output format.</param>
    /// <param name="shape">The result.</param>
    internal static long Bytes(PictureFormat format, ResultShape shape)
    {
        const long always = 16 << 20, avifAlways = 96 << 20;
        const int rowsInLibVips = 256, rowsInEncoder = 6; // libvips: two strips of 128, one filled while the other is coded
        const int webpBytesPerPixel = 36, webpBytesPerPixelWithAlpha = 48; // measured: 32, and 41 to 45
        const int avifBytesPerPixel = 60;
        if (format == PictureFormat.Avif) return avifAlways + ((long)shape.Width * shape.Height * avifBytesPerPixel);
        if (format == PictureFormat.WebP)
            return always + ((long)shape.Width * shape.Height * (shape.Channels is 2 or 4 ? webpBytesPerPixelWithAlpha : webpBytesPerPixel));

        var rowBytes = new RowFitter(shape, format).RowBytes;
        // TIFF: a strip as it came and as it is packed, which have at least 16 rows, however wide.
        var strips = format == PictureFormat.Tiff ? 2L * rowBytes * Math.Min(shape.Height, TiffEnd.StripRows(rowBytes)) : 0;
        return always + strips + (rowBytes * ((long)RowQueue.Capacity(rowBytes, shape.Height) + Math.Min(shape.Height, rowsInLibVips) + rowsInEncoder));
    }
}
