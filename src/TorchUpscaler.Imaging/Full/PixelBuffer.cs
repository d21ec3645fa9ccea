using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.PixelFormats;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A picture as ImageSharp holds it, by rows of bytes: <c>[width][channels]</c>, 16-bit samples in the machine's byte order.</summary>
internal abstract class PixelBuffer : IDisposable
{
    /// <summary>Pixels in a row.</summary>
    internal abstract int Width { get; }

    /// <summary>Rows.</summary>
    internal abstract int Height { get; }

    /// <summary>A row's samples.</summary>
    internal abstract Span<byte> Row(int y);

    /// <summary>Writes it as a file.</summary>
    internal abstract void Encode(IImageEncoder encoder, Stream output, CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>A kind of pixels: channels and bits, and ImageSharp's type for them.</summary>
internal abstract class PixelKind
{
    private static readonly Dictionary<(int Channels, int Bits), PixelKind> s_all = new()
    {
        [(1, 8)] = new Of<L8>(),
        [(2, 8)] = new Of<La16>(),
        [(3, 8)] = new Of<Rgb24>(),
        [(4, 8)] = new Of<Rgba32>(),
        [(1, 16)] = new Of<L16>(),
        [(2, 16)] = new Of<La32>(),
        [(3, 16)] = new Of<Rgb48>(),
        [(4, 16)] = new Of<Rgba64>(),
    };

    /// <summary>The kind of so many channels and bits.</summary>
    internal static PixelKind For(int channels, int bits) => s_all[(channels, bits)];

    /// <summary>Decodes a file.</summary>
    internal abstract PixelBuffer Decode(IImageDecoder decoder, DecoderOptions options, Stream file);

    /// <summary>A picture without content.</summary>
    internal abstract PixelBuffer Blank(Configuration configuration, int width, int height);

    private sealed class Of<TPixel> : PixelKind where TPixel : unmanaged, IPixel<TPixel>
    {
        internal override PixelBuffer Decode(IImageDecoder decoder, DecoderOptions options, Stream file) => new Buffer(decoder.Decode<TPixel>(options, file));

        internal override PixelBuffer Blank(Configuration configuration, int width, int height) => new Buffer(new Image<TPixel>(configuration, width, height));

        private sealed class Buffer(Image<TPixel> image) : PixelBuffer
        {
            internal override int Width => image.Width;

            internal override int Height => image.Height;

            internal override Span<byte> Row(int y) => MemoryMarshal.AsBytes(image.DangerousGetPixelRowMemory(y).Span);

            // All of it is done when it returns: the encoders know no other way to be stopped.
            internal override void Encode(IImageEncoder encoder, Stream output, CancellationToken cancellation) =>
                encoder.EncodeAsync(image, output, cancellation).GetAwaiter().GetResult();

            public override void Dispose() => image.Dispose();
        }
    }
}
