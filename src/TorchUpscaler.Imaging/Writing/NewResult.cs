using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>How every codec begins a result: what cannot be written is refused before there is a file.</summary>
internal static class NewResult
{
    /// <summary>Checks what is asked for and begins the result's file.</summary>
    /// <param name="codec">Says what it can write.</param>
    /// <param name="path">The result's final path.</param>
    /// <param name="shape">Size, channels, bits and metadata.</param>
    /// <param name="options">Format and quality.</param>
    /// <param name="writer">Begins the encoder, which owns the file from then on.</param>
    /// <exception cref="PictureException">The format cannot hold it or cannot be written, or the folder cannot.</exception>
    internal static IPictureWriter Begin(IPictureCodec codec, string path, ResultShape shape, EncodeOptions options, Func<ResultFile, IPictureWriter> writer)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        CheckShape(shape);
        PictureFormats.CheckSize(options.Format, shape.Width, shape.Height);
        if (!codec.OutputFormats.Contains(options.Format)) throw new PictureException(PictureFormats.CannotBeWritten(options.Format, codec));
        var file = ResultFile.Create(path);
        try
        {
            return writer(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void CheckShape(ResultShape shape)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Width, 1, nameof(shape));
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Height, 1, nameof(shape));
        if (shape.Channels is < 1 or > 4) throw new ArgumentOutOfRangeException(nameof(shape), shape.Channels, "1 to 4 channels");
        if (shape.Bits is not (8 or 16)) throw new ArgumentOutOfRangeException(nameof(shape), shape.Bits, "8 or 16 bits");
    }
}
