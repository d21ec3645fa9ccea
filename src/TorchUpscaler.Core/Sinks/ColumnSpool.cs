using System.Runtime.InteropServices;

namespace TorchUpscaler.Core;

/// <summary>
/// Takes a picture by columns and gives it back by rows. An engine that sweeps a wide picture from left to right, because that
/// takes less memory, has its result pass through a temporary file this way. Samples are kept in 16 bits: rounding to 8 bits
/// afterwards gives what rounding the original value gives, since every boundary between two 8-bit levels lies half-way
/// between two 16-bit ones.
/// </summary>
public sealed class ColumnSpool : IRowSink
{
    private const int BlockColumns = 64;      // columns that are written together, [rows][BlockColumns][channels]
    private const int StripBytes = 8 << 20;   // of the rows that are given back at a time

    private readonly string _folder;
    private readonly FileStream _file;
    private ushort[] _block = [];
    private ushort[] _chunk = [];
    private float[] _strip = [];
    private int _columns;
    private int _rows;
    private int _channels;
    private int _taken;     // columns that have come

    /// <summary>Opens the temporary file; it goes with this object.</summary>
    /// <param name="folder">A folder with room for six bytes a pixel (of three channels).</param>
    /// <exception cref="IOException">The file cannot be made there.</exception>
    public ColumnSpool(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        _folder = folder;
        _file = Guarded(() =>
        {
            var path = Path.Combine(folder, $".upscale-{Guid.NewGuid():N}.spool");
            var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                Options = FileOptions.DeleteOnClose,
            });
            // Without a name already while it is open: nothing stays behind, however the process ends.
            if (!OperatingSystem.IsWindows()) File.Delete(path);
            return file;
        });
    }

    /// <summary>Rows that one call of <see cref="Replay"/> gives back at most.</summary>
    public int StripRows => Math.Max(1, (int)Math.Min(_rows, StripBytes / ((long)_columns * _channels * sizeof(float))));

    /// <summary>Bytes of memory that the spool takes for a picture.</summary>
    /// <param name="columns">Pixels in a row of the picture.</param>
    /// <param name="rows">Rows of the picture.</param>
    /// <param name="channels">Samples of a pixel.</param>
    public static long MemoryBytes(long columns, long rows, int channels) =>
        BlockColumns * rows * channels * sizeof(ushort) + 2 * Math.Max(StripBytes, columns * channels * sizeof(float));

    /// <summary>Tells the size as the columns come.</summary>
    /// <param name="width">Pixels in a column: the picture's rows.</param>
    /// <param name="height">Columns of the picture.</param>
    /// <param name="channels">Interleaved samples of a pixel.</param>
    public void Begin(int width, int height, int channels)
    {
        (_rows, _columns, _channels) = (width, height, channels);
        _block = new ushort[checked(BlockColumns * _rows * channels)];
        _chunk = new ushort[StripRows * BlockColumns * channels];
        _strip = new float[StripRows * _columns * channels];
    }

    /// <summary>Takes the next columns, from left to right.</summary>
    /// <param name="rows">Samples <c>[count][picture rows][channels]</c>, black 0 and white 1; clamped.</param>
    /// <param name="count">How many columns.</param>
    /// <exception cref="IOException">The file cannot be written: the disk is full, for example.</exception>
    public void Write(ReadOnlySpan<float> rows, int count)
    {
        var length = _rows * _channels;
        for (var i = 0; i < count; i++)
        {
            var column = rows.Slice(i * length, length);
            var inBlock = _taken % BlockColumns;
            for (var at = 0; at < length; at++)
                _block[(at / _channels * BlockColumns + inBlock) * _channels + at % _channels] = (ushort)Math.Round(Math.Clamp((double)column[at], 0, 1) * 65535);
            _taken++;
            if (_taken % BlockColumns == 0 || _taken == _columns) WriteBlock();
        }
    }

    /// <summary>All columns have come.</summary>
    public void Complete()
    {
        if (_taken != _columns) throw new InvalidOperationException($"{_taken} of {_columns} columns have come");
    }

    /// <summary>Gives rows back, from <paramref name="firstRow"/> on, as many as <see cref="StripRows"/>.</summary>
    /// <param name="firstRow">The first row.</param>
    /// <param name="output">Takes them.</param>
    /// <returns>The row behind the last one that was given.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public int Replay(int firstRow, IRowSink output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var count = Math.Min(StripRows, _rows - firstRow);
        var rowSamples = BlockColumns * _channels;
        for (var column = 0; column < _columns; column += BlockColumns)
        {
            var blockStart = (long)column / BlockColumns * _rows * rowSamples;
            ReadChunk((blockStart + (long)firstRow * rowSamples) * sizeof(ushort), count * rowSamples);
            var samples = Math.Min(BlockColumns, _columns - column) * _channels;
            for (var row = 0; row < count; row++)
            {
                var source = _chunk.AsSpan(row * rowSamples, samples);
                var target = _strip.AsSpan((row * _columns + column) * _channels, samples);
                for (var i = 0; i < samples; i++) target[i] = source[i] / 65535f;
            }
        }

        output.Write(_strip.AsSpan(0, count * _columns * _channels), count);
        return firstRow + count;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void WriteBlock() => Guarded(() =>
    {
        _file.Write(MemoryMarshal.AsBytes(_block.AsSpan()));
        return true;
    });

    private void ReadChunk(long position, int samples) => Guarded(() =>
    {
        _file.Position = position;
        _file.ReadExactly(MemoryMarshal.AsBytes(_chunk.AsSpan(0, samples)));
        return true;
    });

    /// <summary>Tells in words of the user's what went wrong with a file that the user has never seen.</summary>
    private T Guarded<T>(Func<T> access)
    {
        try
        {
            return access();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"a picture as wide as this needs a temporary file in '{_folder}', about six bytes for each pixel of the result, "
                + "and it cannot be kept there: make room on that disk, choose another folder for the result, or allow more with --memory", failure);
        }
    }
}
