namespace TorchUpscaler.Core;

/// <summary>The formats that results are written in.</summary>
public enum PictureFormat
{
    /// <summary>PNG: lossless, 8 or 16 bits, alpha.</summary>
    Png,

    /// <summary>JPEG: lossy, 8 bits, no alpha (transparent parts are laid over white).</summary>
    Jpeg,

    /// <summary>WebP: lossy at the given quality, 8 bits, alpha; at most 16,383 pixels a side.</summary>
    WebP,

    /// <summary>AVIF: lossy at the given quality, 8 bits, alpha; at most 16,384 pixels a side.</summary>
    Avif,

    /// <summary>TIFF: lossless, 8 or 16 bits, alpha.</summary>
    Tiff,
}

/// <summary>What a picture file's header says, before any pixel is decoded; sizes are upright (orientation applied).</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Channels of the decoded picture: 1, 2, 3 or 4 as in <see cref="Picture.Channels"/>.</param>
/// <param name="Bits">Bits of a decoded sample: 8 or 16.</param>
/// <param name="Format">The file's own format where results can be written in it, else null.</param>
public sealed record PictureHeader(int Width, int Height, int Channels, int Bits, PictureFormat? Format);

/// <summary>The pixels of a result, as the encoder is told of them before the first row.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1, 2, 3 or 4 as in <see cref="Picture.Channels"/>.</param>
/// <param name="Bits">Bits of a sample: 8 or 16.</param>
/// <param name="Metadata">What is written beside the pixels.</param>
public sealed record ResultShape(int Width, int Height, int Channels, int Bits, PictureMetadata Metadata)
{
    /// <summary>The shape of a picture that is enlarged: its channels, its bits where the format can hold them, its size on paper.</summary>
    /// <param name="picture">The picture that is enlarged.</param>
    /// <param name="scale">Result pixels per picture pixel, each way.</param>
    /// <param name="format">The result's format.</param>
    public static ResultShape Of(Picture picture, double scale, PictureFormat format)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return new ResultShape(
            checked((int)ResultSize.Side(picture.Width, scale)), checked((int)ResultSize.Side(picture.Height, scale)), picture.Channels,
            PictureFormats.Holds16Bits(format) ? picture.Bits : 8, picture.Metadata.Scaled(scale));
    }
}

/// <summary>What of a picture's metadata its result carries. The colour profile, without which the colours would be others, always is.</summary>
public enum CarriedMetadata
{
    /// <summary>EXIF and the resolution, without the place where the picture was taken.</summary>
    ButPlace,

    /// <summary>The same with the place.</summary>
    All,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>How a result is encoded.</summary>
/// <param name="Format">The file's format.</param>
/// <param name="Quality">Quality of the lossy formats, 1 to 100, on the scale of JPEG: the others look as a JPEG of it does.</param>
/// <param name="Metadata">What is carried beside the pixels.</param>
public sealed record EncodeOptions(PictureFormat Format, int Quality = 95, CarriedMetadata Metadata = CarriedMetadata.ButPlace);

/// <summary>Reads and writes picture files.</summary>
public interface IPictureCodec
{
    /// <summary>The library and its version, for people: <c>libvips 8.14.1</c>.</summary>
    string Description { get; }

    /// <summary>The extensions, with their dots, of the files that can be read on this machine. Compared without regard to case.</summary>
    IReadOnlySet<string> InputExtensions { get; }

    /// <summary>The formats that results can be written in on this machine, in the order of <see cref="PictureFormat"/>.</summary>
    IReadOnlyList<PictureFormat> OutputFormats { get; }

    /// <summary>What to do so that a format can be written here (<c>run: apt-get install …</c>); null where nothing helps.</summary>
    /// <param name="format">A format that is not among <see cref="OutputFormats"/>.</param>
    string? Remedy(PictureFormat format) => null;

    /// <summary>Reads a file's header without decoding its pixels.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="PictureException">Not a picture that can be read; the message names the file's fault.</exception>
    PictureHeader ReadHeader(string path);

    /// <summary>
    /// Decodes a file upright, keeping its bits, grey or RGB, alpha, RGB or grey profile, EXIF and resolution; other colours become sRGB.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="maxPixels">Files whose header announces more pixels are refused before any is decoded.</param>
    /// <param name="cancellation">Stops the decoding between rows.</param>
    /// <exception cref="PictureException">Too large, truncated, damaged or no picture at all.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    Picture Read(string path, long maxPixels, CancellationToken cancellation);

    /// <summary>
    /// Starts writing a result. The rows go to a temporary file beside <paramref name="path"/>, which
    /// <see cref="IPictureWriter.Complete"/> renames to it (replacing what stands there).
    /// </summary>
    /// <param name="path">The result's final path; its directory must exist.</param>
    /// <param name="shape">Size, channels, bits and metadata.</param>
    /// <param name="options">Format and quality.</param>
    /// <exception cref="PictureException">
    /// The format cannot hold such a picture (the message names one that can) or cannot be written on this machine, or the folder cannot be written.
    /// </exception>
    IPictureWriter Create(string path, ResultShape shape, EncodeOptions options);

    /// <summary>Writes a result's file anew in another format or quality, by rows: the picture is held as a whole only where the codec knows no other way.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">The new file's path; its directory must exist. What stands there is replaced.</param>
    /// <param name="options">Format and quality.</param>
    /// <param name="cancellation">Stops it between rows.</param>
    /// <exception cref="PictureException">It is no upright grey or RGB picture, damaged, or too large for the format.</exception>
    /// <exception cref="IOException">The new file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is left behind.</exception>
    void Recode(string path, string target, EncodeOptions options, CancellationToken cancellation);

    /// <summary>
    /// Memory that decoding a file takes at most, in bytes, with the picture that comes of it. Usually its samples, and as much twice over for
    /// the decoders that hold a picture as a whole or keep a progressive JPEG's coefficients.
    /// </summary>
    /// <param name="header">What the file's header says.</param>
    long DecoderBytes(PictureHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return (16L << 20) + (3L * header.Width * header.Height * header.Channels * (header.Bits / 8));
    }

    /// <summary>Memory that the encoder of such a result holds at its peak, in bytes, for a budget: at least what it takes.</summary>
    /// <param name="format">The file's format.</param>
    /// <param name="shape">The result.</param>
    long EncoderBytes(PictureFormat format, ResultShape shape);
}

/// <summary>Takes a result's rows from top to bottom and encodes them while they come. Disposed without <see cref="Complete"/>, it leaves nothing behind.</summary>
public interface IPictureWriter : IDisposable
{
    /// <summary>Hands over the next rows; blocks while the encoder is behind.</summary>
    /// <param name="rows">Interleaved samples <c>[count][width][channels]</c>; 16-bit samples in the machine's byte order.</param>
    /// <param name="count">How many rows.</param>
    /// <exception cref="IOException">The file cannot be written (disk full, for example).</exception>
    void Write(ReadOnlySpan<byte> rows, int count);

    /// <summary>Waits for the encoder, flushes the file to disk and gives it its final name.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    void Complete();
}
