namespace TorchUpscaler.Core;

/// <summary>
/// The sinks behind the last network of a picture's way. For colours: one grey channel where the picture is grey → Lanczos where
/// the chain makes another size than was asked for → the picture's low frequencies → the blend with the picture enlarged by Lanczos →
/// alpha → rounding → encoder. For alpha: the same up to the blend, but that its flat parts stay flat.
/// </summary>
/// <param name="picture">The picture.</param>
/// <param name="chain">The networks.</param>
/// <param name="shape">The result.</param>
/// <param name="taste">What is made of the networks' result.</param>
internal sealed class PictureSinks(Picture picture, IReadOnlyList<ILoadedModel> chain, ResultShape shape, Taste taste)
{
    private readonly (int Width, int Height) _size = (shape.Width, shape.Height);

    private (long Width, long Height) ChainSize
    {
        get
        {
            var scale = chain.Aggregate(1L, (scale, model) => scale * model.Network.Scale);
            return (picture.Width * scale, picture.Height * scale);
        }
    }

    private bool IsResized => ChainSize != _size;

    // Without a network there is nothing to blend and no tint to take away.
    private bool IsBlended => chain.Count > 0 && taste.Strength < 1;

    private bool HasColoursFixed => chain.Count > 0 && taste.FixesColours;

    /// <summary>The colours' way into the encoder.</summary>
    /// <param name="writer">The encoder.</param>
    /// <param name="alpha">The result's alpha where it has been made before.</param>
    internal IRowSink OfColours(IPictureWriter writer, Picture? alpha)
    {
        IRowSink sink = new EncodeSink(shape.Bits, shape.Metadata, begun =>
            begun == shape ? writer : throw new InvalidOperationException($"the engine makes {begun} where {shape} was announced"));
        if (picture.HasAlpha) sink = new AlphaSink(picture, sink, alpha);
        if (IsBlended) sink = new BlendSink(picture, Part.Colours, taste.Strength, sink);
        if (HasColoursFixed) sink = new ColourFixSink(picture, sink);
        if (IsResized) sink = new LanczosSink(shape.Width, shape.Height, Light.Linear, sink);
        return picture.ColorChannels == 1 ? ToGrey(sink) : sink;
    }

    /// <summary>Memory that they take, in bytes, but for the encoder.</summary>
    /// <param name="enlargesAlpha">Whether alpha is enlarged by Lanczos beside them.</param>
    internal long BytesOfColours(bool enlargesAlpha) =>
        ResizingBytes(picture.ColorChannels, Light.Linear)
        + (HasColoursFixed ? ColourFixSink.MemoryBytes(picture, _size) : 0)
        + (IsBlended ? BlendSink.MemoryBytes(picture, Part.Colours, _size) : 0)
        + (enlargesAlpha ? EnlargedPicture.MemoryBytes(picture, Part.Alpha, shape.Width, shape.Height) : 0);

    /// <summary>The way of alpha into a grey picture of the result's size.</summary>
    internal IRowSink OfAlpha(Picture made)
    {
        var sink = IntermediatePicture.SinkInto(made);
        if (IsBlended) sink = new BlendSink(picture, Part.Alpha, taste.Strength, sink);
        sink = new FlatAlphaSink(picture, sink);
        if (IsResized) sink = new LanczosSink(shape.Width, shape.Height, Light.Stored, sink);
        return ToGrey(sink);
    }

    /// <summary>Memory that they take, in bytes, but for the picture.</summary>
    internal long BytesOfAlpha() =>
        ResizingBytes(1, Light.Stored) + FlatAlphaSink.MemoryBytes(picture, shape.Width) + (IsBlended ? BlendSink.MemoryBytes(picture, Part.Alpha, _size) : 0);

    private IRowSink ToGrey(IRowSink sink) => chain.Count > 0 && chain[^1].Network.OutputChannels == 3 ? new GreySink(sink) : sink;

    private long ResizingBytes(int channels, Light light) =>
        IsResized ? LanczosSink.MemoryBytes(ChainSize.Width, ChainSize.Height, _size, channels, light) : 0;
}
