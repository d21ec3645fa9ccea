using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Core;

/// <summary>The last sink of a chain: rounds the rows to 8 or 16 bits and hands them to an encoder.</summary>
/// <param name="bits">Bits of a stored sample: 8 or 16.</param>
/// <param name="metadata">What the result's file says beside its pixels.</param>
/// <param name="create">Opens the encoder, once the result's size is known.</param>
public sealed class EncodeSink(int bits, PictureMetadata metadata, Func<ResultShape, IPictureWriter> create) : IRowSink
{
    private IPictureWriter? _writer;
    private byte[] _chunk = []; // [chunk rows][width][channels], each bits / 8 bytes
    private int _rowSamples;
    private int _chunkRows;
    private int _rowsToCome;

    /// <inheritdoc/>
    /// <exception cref="PictureException">The format cannot hold such a picture, or the folder cannot be written.</exception>
    public void Begin(int width, int height, int channels)
    {
        if (_writer is not null) throw new InvalidOperationException("the sink has begun already");
        _writer = create(new ResultShape(width, height, channels, bits, metadata));
        _rowSamples = checked(width * channels);
        _chunkRows = Math.Min(height, RowChunks.RowsOf(_rowSamples));
        _chunk = new byte[checked(_chunkRows * _rowSamples * (bits / 8))];
        _rowsToCome = height;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        if (_writer is null || count > _rowsToCome) throw new InvalidOperationException("more rows than the picture has");
        Debug.Assert(rows.Length >= (long)count * _rowSamples);
        _rowsToCome -= count;
        for (var done = 0; done < count;)
        {
            var chunkRows = Math.Min(count - done, _chunkRows);
            WriteChunk(rows.Slice(done * _rowSamples, chunkRows * _rowSamples), chunkRows);
            done += chunkRows;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Rows are missing: an incomplete picture never gets its final name.</exception>
    public void Complete()
    {
        if (_writer is null || _rowsToCome > 0) throw new InvalidOperationException("the picture's rows have not all come");
        _writer.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private void WriteChunk(ReadOnlySpan<float> samples, int rows)
    {
        var target = _chunk.AsSpan(0, samples.Length * (bits / 8));
        if (bits == 8) Rounding.ToBytes(samples, target);
        else Rounding.ToUInt16(samples, MemoryMarshal.Cast<byte, ushort>(target));
        _writer!.Write(target, rows);
    }
}
