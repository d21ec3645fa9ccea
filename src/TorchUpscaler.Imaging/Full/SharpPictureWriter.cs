using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Full;

/// <summary>
/// Gathers a result's rows and encodes them when all have come: ImageSharp knows pictures only as a whole. What it writes passes a
/// <see cref="FileRewriter"/> into a <see cref="ResultFile"/>.
/// </summary>
internal sealed class SharpPictureWriter : IPictureWriter
{
    private readonly ResultFile _file;
    private readonly ResultShape _shape;
    private readonly EncodeOptions _options;
    private readonly RowFitter _fitter;
    private readonly ResultRows _rows;
    private PixelBuffer? _pixels; // once the first row comes: a result is begun before it is known that it fits
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new(); // over the pixels, which another thread may give up
    private volatile bool _isDone;
    private Exception? _failure;

    /// <summary>Owns <paramref name="file"/> from then on.</summary>
    internal SharpPictureWriter(ResultFile file, ResultShape shape, EncodeOptions options)
    {
        (_file, _shape, _options) = (file, shape, options);
        _fitter = new RowFitter(shape, options.Format, GreyProfile.ToSrgb);
        _rows = new ResultRows(shape);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> rows, int count)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDone, this);
            _rows.Check(rows, count);
            _pixels ??= PixelKind.For(_fitter.Channels, _fitter.Bits).Blank(
                BoundedAllocator.Configuration(long.MaxValue, _disposal.Token), _shape.Width, _shape.Height); // the budget has been asked
            for (var i = 0; i < count; i++)
            {
                _fitter.Fit(rows.Slice(i * _rows.Bytes, _rows.Bytes), _pixels.Row(_rows.Written));
                _rows.Next();
            }
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDone, this);
            if (_failure is not null) throw _file.Failure(_failure);
            _rows.CheckAll();
            try
            {
                Encode();
            }
            catch (Exception e)
            {
                _failure = e is IOException or UnauthorizedAccessException ? e : new IOException("the encoder has stopped", e);
                throw _file.Failure(_failure);
            }
            _file.Commit();
            _isDone = true;
            Free();
        }
    }

    /// <summary>
    /// Without <see cref="Complete"/>: removes what has been written, at once, and stops the encoder when it next asks for memory or
    /// writes. May be called from another thread than the one that writes.
    /// </summary>
    public void Dispose()
    {
        if (!_isDone) _file.Delete();
        _isDone = true;
        _disposal.Cancel();
        lock (_gate) Free();
    }

    private void Encode()
    {
        var output = FileRewriter.For(_options, _shape, _fitter.Channels);
        using var encoded = new EncodedStream(output, _file.Stream);
        var encoder = SharpEncoders.For(_options, _fitter.Channels, _fitter.Bits);
        if (SharpEncoders.GoesStraightOn(_options.Format))
        {
            _pixels!.Encode(encoder, encoded, _disposal.Token);
        }
        else
        {
            using var whole = new MemoryStream();
            _pixels!.Encode(encoder, whole, _disposal.Token);
            whole.WriteTo(encoded);
        }
        output.Finish(_file.Stream);
    }

    private void Free()
    {
        _pixels?.Dispose();
        _file.Dispose();
    }
}
