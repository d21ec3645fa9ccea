using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>Which of a result's rows have come.</summary>
internal sealed class ResultRows(ResultShape shape)
{
    /// <summary>Bytes of a row as it comes.</summary>
    internal int Bytes { get; } = checked(shape.Width * shape.Channels * (shape.Bits / 8));

    /// <summary>How many have come.</summary>
    internal int Written { get; private set; }

    /// <summary>Refuses rows that are not whole, or more than are missing.</summary>
    internal void Check(ReadOnlySpan<byte> rows, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (rows.Length != (long)count * Bytes)
            throw new ArgumentException($"{count} rows have {(long)count * Bytes} bytes, not {rows.Length}", nameof(rows));
        if (count > shape.Height - Written)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"only {shape.Height - Written} rows are missing");
    }

    /// <summary>The next one has been taken.</summary>
    internal void Next() => Written++;

    /// <summary>Refuses to go on where some are missing.</summary>
    internal void CheckAll()
    {
        if (Written != shape.Height) throw new InvalidOperationException($"{Written} of {shape.Height} rows have been written");
    }
}
