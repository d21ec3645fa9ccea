using System.Globalization;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Native;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Encodes a result while its rows come. A thread of its own runs the libvips saver, which asks for rows (they wait in a
/// <see cref="RowQueue"/>) and puts out bytes (they pass a <see cref="FileRewriter"/> into a <see cref="ResultFile"/>).
/// </summary>
internal sealed class VipsPictureWriter : IPictureWriter
{
    private readonly ResultFile _file;
    private readonly ResultShape _shape;
    private readonly RowFitter _fitter;
    private readonly RowQueue _queue;
    private readonly FileRewriter _output;
    private readonly Thread _encoder;
    private readonly ResultRows _rows;
    private bool _isDone;
    private volatile Exception? _failure; // the first thing that went wrong on the encoder's threads

    /// <summary>Starts the encoder; owns <paramref name="file"/> from then on.</summary>
    internal VipsPictureWriter(ResultFile file, ResultShape shape, EncodeOptions options)
    {
        _file = file;
        _shape = shape;
        _fitter = new RowFitter(shape, options.Format, GreyCurve.ToSrgb);
        _rows = new ResultRows(shape);
        _queue = new RowQueue(_fitter.RowBytes, shape.Height);
        _output = FileRewriter.For(options, shape, _fitter.Channels);
        _encoder = new Thread(() => Encode(options)) { Name = "picture encoder", IsBackground = true };
        _encoder.Start();
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> rows, int count)
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        _rows.Check(rows, count);
        for (var i = 0; i < count; i++)
        {
            var place = _queue.WaitForRoom();
            if (place.IsEmpty) throw Failure();
            _fitter.Fit(rows.Slice(i * _rows.Bytes, _rows.Bytes), place);
            _queue.Publish();
            _rows.Next();
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        if (_failure != null) throw Failure();
        _rows.CheckAll();
        _encoder.Join();
        if (_failure != null) throw Failure();
        _file.Commit();
        _isDone = true;
        _file.Dispose();
    }

    /// <summary>
    /// Without <see cref="Complete"/>: removes what has been written, at once, and stops the encoder, which may take a while
    /// where it codes the picture as a whole. May be called from another thread than the one that writes.
    /// </summary>
    public void Dispose()
    {
        _isDone = true;
        _file.Delete();
        _queue.Close();
        _encoder.Join();
        _file.Dispose();
    }

    private IOException Failure() => _file.Failure(_failure ?? new IOException("the encoder has stopped"));

    private void Encode(EncodeOptions options)
    {
        try
        {
            using var target = options.Format == PictureFormat.Tiff ? new VipsTarget(Put, _file.Stream) : new VipsTarget(Put);
            using var rows = new VipsRowImage(_shape.Width, _shape.Height, _fitter.Channels, _fitter.Bits, _queue.Take);
            using (var save = Saver(options, _fitter.RowBytes, _shape.Height)) save.Set("in", rows.Image).Set("target", target).Run();
            _output.Finish(_file.Stream);
        }
        catch (Exception e) // it goes to the thread that writes
        {
            _failure ??= e is VipsException ? new IOException(e.Message, e) : e;
        }
        finally
        {
            _queue.Close();
            LibVips.ThreadShutdown();
        }
    }

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

    private bool Put(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_queue.IsClosed) return false;
            _output.Write(bytes, _file.Stream);
            return true;
        }
        catch (Exception e) // it goes to the thread that writes
        {
            _failure ??= e;
            return false;
        }
    }
}
