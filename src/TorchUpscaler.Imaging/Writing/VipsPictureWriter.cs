using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>Encodes a result with a saver of libvips, which asks for rows and puts out bytes.</summary>
internal sealed class VipsPictureWriter : RowPictureWriter
{
    /// <summary>Starts the encoder; owns <paramref name="file"/> from then on.</summary>
    internal VipsPictureWriter(ResultFile file, ResultShape shape, EncodeOptions options)
        : base(file, shape, options, new RowFitter(shape, options.Format, GreyCurve.ToSrgb)) => Begin();

    /// <inheritdoc/>
    protected override void Encode()
    {
        using var target = Options.Format == PictureFormat.Tiff ? new VipsTarget(Put, File) : new VipsTarget(Put);
        using var rows = new VipsRowImage(Shape.Width, Shape.Height, Fitter.Channels, Fitter.Bits, Queue.Take);
        using var save = Saver(Options, Fitter.RowBytes, Shape.Height);
        save.Set("in", rows.Image).Set("target", target).Run();
    }

    /// <inheritdoc/>
    protected override Exception Reason(Exception error) => error is VipsException ? new IOException(error.Message, error) : error;

    /// <inheritdoc/>
    protected override void EndThread() => LibVips.ThreadShutdown();

    // libvips adds no metadata of its own that stays: FileRewriter puts in what is carried.
    // PNG: on enlarged photos the filter "up" gives the smallest files, and levels above 4 take twice the time for 5 %.
    private static VipsOperation Saver(EncodeOptions options, int rowBytes, int height)
    {
        var quality = OwnQuality.Of(options.Format, options.Quality).ToString(CultureInfo.InvariantCulture);
        return options.Format switch
        {
            PictureFormat.Png => new VipsOperation("pngsave_target").Set("compression", "4").Set("filter", "up").Set("strip", "true"),
            PictureFormat.Jpeg => new VipsOperation("jpegsave_target").Set("Q", quality).Set("subsample_mode", "off").Set("strip", "true"),
            PictureFormat.WebP => new VipsOperation("webpsave_target").Set("Q", quality).Set("smart_subsample", "true").Set("strip", "true"),
            PictureFormat.Avif => AvifEncoder.Saver().Set("Q", quality),
            PictureFormat.Tiff => new VipsOperation("tiffsave_target").Set("compression", "deflate").Set("predictor", "horizontal")
                .Set("tile_height", TiffEnd.StripRows(rowBytes).ToString(CultureInfo.InvariantCulture))
                .Set("bigtiff", TiffEnd.NeedsBig((long)rowBytes * height) ? "true" : "false").Set("strip", "true"),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Format, "not an output format"),
        };
    }
}
