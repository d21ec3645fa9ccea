using Microsoft.Win32.SafeHandles;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Reading;

namespace TorchUpscaler.Imaging.Full;

/// <summary>An opened picture file that has been taken apart, and whose pixels have not been decoded.</summary>
internal sealed class SharpFile : IDisposable
{
    private const int RowsBetweenLooks = 16;

    private const long AlwaysBytes = 16 << 20;
    private const int BytesPerSampleByte = 3; // a picture of ImageSharp's, what its decoders hold beside it or a Picture, and some
    private const int WebPBytesPerPixel = 20; // measured: 15, lossless

    private const long TableBytes = 32 << 20; // what a decoder may take beside what is foreseen, for tables; a file that asks for more lies

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly FileKind _kind;
    private readonly PixelParts _parts;

    private SharpFile(string path, SafeFileHandle file, FileKind kind, PixelParts parts) => (_path, _file, _kind, _parts) = (path, file, kind, parts);

    /// <summary>The kinds that are read.</summary>
    internal static IReadOnlyList<FileKind> Kinds { get; } = [FileKind.Jpeg, FileKind.Png, FileKind.WebP, FileKind.Tiff, FileKind.Gif];

    /// <summary>What the head says; the size is upright.</summary>
    internal PictureHeader Header
    {
        get
        {
            var (width, height) = Upright.Turns(_parts.Orientation) ? (_parts.Height, _parts.Width) : (_parts.Width, _parts.Height);
            PictureFormat? format = _kind.Format is { } own && SharpEncoders.Formats.Contains(own) ? own : null;
            return new(width, height, _parts.Channels, _parts.Bits, format);
        }
    }

    /// <summary>Memory that decoding takes at most, in bytes, with the picture that comes of it.</summary>
    internal static long DecoderBytes(PictureHeader header)
    {
        var pixels = (long)header.Width * header.Height;
        return AlwaysBytes + (header.Format == PictureFormat.WebP ? pixels * WebPBytesPerPixel : pixels * header.Channels * (header.Bits / 8) * BytesPerSampleByte);
    }

    /// <summary>Opens a file and takes it apart.</summary>
    /// <exception cref="PictureException">No such file, no picture, or none that can be read.</exception>
    internal static SharpFile Open(string path)
    {
        var file = InputFile.Open(path);
        try
        {
            var kind = InputFile.Recognise(path, file, Kinds, "ImageSharp");
            return new SharpFile(path, file, kind, Told(path, kind, () => Parts(path, kind, new FileBytes(file))));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Decodes the pixels, once.</summary>
    /// <exception cref="PictureException">Truncated or damaged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; looked at while the file is read, and between rows.</exception>
    internal Picture Decode(CancellationToken cancellation)
    {
        using var pixels = Pixels(cancellation);
        var header = Header;
        var picture = new Picture(header.Width, header.Height, header.Channels, header.Bits, _parts.Found.Carried(_parts.Orientation));
        var upright = new Upright(_parts.Orientation, _parts.Width, _parts.Height, header.Channels * (header.Bits / 8));
        var rows = new SampleRows(_parts, pixels);
        for (var y = 0; y < _parts.Height; y++)
        {
            if (y % RowsBetweenLooks == 0) cancellation.ThrowIfCancellationRequested();
            upright.Place(rows[y], y, picture.Bytes);
        }
        return picture;
    }

    /// <summary>Writes an upright picture whose colours need no change anew; it is held as a whole meanwhile.</summary>
    /// <param name="begin">Begins the new file.</param>
    /// <param name="cancellation">Looked at as in <see cref="Decode"/>.</param>
    /// <exception cref="PictureException">It is not upright, has other colours, or is truncated or damaged.</exception>
    internal void CopyTo(Func<ResultShape, IPictureWriter> begin, CancellationToken cancellation)
    {
        if (_parts.Orientation != 1 || _parts.Colours is SampleColours.Cmyk or SampleColours.Lab)
            throw new PictureException($"{Display.Path(_path)} is no upright grey or RGB picture; it cannot be written anew by rows");
        using var pixels = Pixels(cancellation);
        var header = Header;
        using var writer = begin(new ResultShape(header.Width, header.Height, header.Channels, header.Bits, _parts.Found.Carried(_parts.Orientation)));
        var rows = new SampleRows(_parts, pixels);
        for (var y = 0; y < header.Height; y++)
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(rows[y], 1);
        }
        pixels.Dispose(); // before the encoder takes its memory
        writer.Complete();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private PixelBuffer Pixels(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return Told(_path, _kind, () =>
        {
            _parts.CheckPixels(cancellation);
            _parts.Pixels.Cancellation = cancellation;
            _parts.Pixels.Position = 0;
            var options = new DecoderOptions
            {
                Configuration = BoundedAllocator.Configuration(TableBytes + DecoderBytes(Header with { Channels = _parts.DecodedChannels }), cancellation),
                MaxFrames = 1,
                SkipMetadata = true,
            };
            var pixels = PixelKind.For(_parts.DecodedChannels, _parts.Bits).Decode(Decoder(_kind), options, _parts.Pixels);
            if ((pixels.Width, pixels.Height) == (_parts.Width, _parts.Height)) return pixels;
            pixels.Dispose();
            throw new InvalidDataException("it tells two sizes");
        });
    }

    private static PixelParts Parts(string path, FileKind kind, FileBytes file)
    {
        if (kind == FileKind.Jpeg) return JpegParts.Read(file);
        if (kind == FileKind.Png) return PngParts.Read(path, file);
        if (kind == FileKind.WebP) return WebPParts.Read(file);
        return kind == FileKind.Gif ? GifParts.Read(file) : TiffParts.Read(path, file);
    }

    private static IImageDecoder Decoder(FileKind kind)
    {
        if (kind == FileKind.Jpeg) return JpegDecoder.Instance;
        if (kind == FileKind.Png) return PngDecoder.Instance;
        if (kind == FileKind.WebP) return WebpDecoder.Instance;
        return kind == FileKind.Gif ? GifDecoder.Instance : TiffDecoder.Instance;
    }

    // ImageSharp's decoders meet damage with exceptions of every kind.
    private static T Told<T>(string path, FileKind kind, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (UnreadKindException e)
        {
            throw new PictureException($"{Display.Path(path)} is {e.Message}, which ImageSharp cannot read as it should be; save it in another way, for example as PNG", e);
        }
        catch (NotSupportedException e)
        {
            throw new PictureException($"{Display.Path(path)} is a {kind.Name} file of a kind that ImageSharp cannot read; save it in another way, for example as PNG", e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or PictureException or OutOfMemoryException))
        {
            var reason = e is InvalidDataException ? $" ({Display.Text(e.Message)})" : "";
            throw new PictureException($"{Display.Path(path)} is a damaged or truncated {kind.Name} file{reason}; {InputFile.GetAgain}", e);
        }
    }
}
