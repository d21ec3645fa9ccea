namespace TorchUpscaler.Imaging.Native;

/// <summary>A libvips image: a header, metadata, and pixels that are computed when a region asks for them.</summary>
internal sealed unsafe class VipsImage(nint instance) : IDisposable
{
    private readonly GObjectHandle _handle = new(instance);

    internal nint Instance => _handle.Instance;

    /// <summary>Pixels in a row.</summary>
    internal int Width => LibVips.ImageWidth(Instance);

    /// <summary>Rows.</summary>
    internal int Height => LibVips.ImageHeight(Instance);

    /// <summary>Samples of a pixel.</summary>
    internal int Bands => LibVips.ImageBands(Instance);

    /// <summary>The type of a sample.</summary>
    internal BandFormat Format => LibVips.ImageFormat(Instance);

    /// <summary>How a pixel is packed.</summary>
    internal Coding Coding => LibVips.ImageCoding(Instance);

    /// <summary>What the samples mean.</summary>
    internal Interpretation Interpretation => LibVips.ImageInterpretation(Instance);

    /// <summary>Pixels per millimetre, horizontally; made up where the file says nothing.</summary>
    internal double HorizontalResolution => LibVips.ImageHorizontalResolution(Instance);

    /// <summary>Pixels per millimetre, vertically; made up where the file says nothing.</summary>
    internal double VerticalResolution => LibVips.ImageVerticalResolution(Instance);

    /// <summary>Whether there is such an entry among the metadata.</summary>
    internal bool Has(string name) => LibVips.ImageTypeOf(Instance, name) != 0;

    /// <summary>A whole number among the metadata, or null.</summary>
    internal int? Number(string name) =>
        Has(name) && LibVips.ImageGetInt(Instance, name, out var value) == 0 ? value : null;

    /// <summary>A block among the metadata; empty where there is none. Valid while the image lives.</summary>
    internal ReadOnlySpan<byte> Block(string name)
    {
        if (!Has(name)) return default;
        if (LibVips.ImageGetBlob(Instance, name, out var data, out var length) != 0) return default;
        return new ReadOnlySpan<byte>(data, checked((int)length));
    }

    /// <summary>Attaches a block to the metadata.</summary>
    internal void SetBlock(string name, ReadOnlySpan<byte> block)
    {
        fixed (byte* data = block) LibVips.ImageSetBlob(Instance, name, data, (nuint)block.Length);
    }

    /// <summary>Gives the reference back.</summary>
    public void Dispose() => _handle.Dispose();
}
