namespace TorchUpscaler.Core;

/// <summary>
/// What stands between two networks of a chain: the first one's result as the second one's picture, in 16 bits, so that
/// nothing visible is lost; or a result's alpha, in the result's bits, until the colours come. Its memory becomes resident as its rows come.
/// </summary>
/// <param name="picture">Takes the rows, from top to bottom.</param>
internal sealed class IntermediatePicture(Picture picture) : IPictureWriter
{
    private int _written; // bytes

    /// <summary>A sink that rounds rows into a picture, to its bits.</summary>
    internal static IRowSink SinkInto(Picture picture) => new EncodeSink(picture.Bits, picture.Metadata, shape =>
        (shape.Width, shape.Height, shape.Channels) == (picture.Width, picture.Height, picture.Channels)
            ? new IntermediatePicture(picture)
            : throw new InvalidOperationException($"the engine makes {shape} where {picture.Width}×{picture.Height}×{picture.Channels} was announced"));

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> rows, int count)
    {
        rows.CopyTo(picture.Bytes[_written..]);
        _written += rows.Length;
    }

    /// <inheritdoc/>
    public void Complete() { }

    /// <inheritdoc/>
    public void Dispose() { }
}
