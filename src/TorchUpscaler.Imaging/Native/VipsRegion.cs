using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Native;

/// <summary>
/// A window on an image, through which its pixels are computed by strips. Belongs to the thread that made it.
/// </summary>
internal sealed unsafe class VipsRegion : IDisposable
{
    private readonly GObjectHandle _handle;
    private readonly int _width;

    internal VipsRegion(VipsImage image)
    {
        _width = image.Width;
        var region = LibVips.RegionNew(image.Instance);
        if (region == 0) throw VipsException.Take();
        _handle = new GObjectHandle(region);
    }

    /// <summary>Computes whole rows.</summary>
    /// <exception cref="VipsException">The file is damaged.</exception>
    internal void Prepare(int top, int rows)
    {
        var rectangle = new VipsRect { Top = top, Width = _width, Height = rows };
        VipsException.Forget();
        if (LibVips.RegionPrepare(_handle.Instance, &rectangle) != 0) throw VipsException.Take();
    }

    /// <summary>One row that <see cref="Prepare"/> has computed; valid until the next <see cref="Prepare"/>.</summary>
    internal ReadOnlySpan<byte> Row(int y, int rowBytes) => RegionLayout.Row(_handle.Instance, y, rowBytes);

    /// <summary>Gives the region back.</summary>
    public void Dispose() => _handle.Dispose();
}

/// <summary>
/// Where the public fields of libvips' VipsRegion lie: <c>{ VipsObject; VipsImage *im; VipsRect valid; int type; VipsPel *data; int bpl; … }</c>.
/// C programs reach them by macro, so there is no function to call; the size of VipsObject is asked of the library.
/// </summary>
internal static unsafe class RegionLayout
{
    private static int _valid, _data, _stride;

    /// <summary>Computes the offsets and proves them on a region of a known image.</summary>
    /// <exception cref="PictureException">This libvips lays its regions out in another way.</exception>
    internal static void Learn()
    {
        GTypeQuery query;
        LibVips.TypeQuery(LibVips.ObjectType(), &query);
        var image = Align((int)query.InstanceSize);
        _valid = image + sizeof(nint);
        _data = Align(_valid + sizeof(VipsRect) + sizeof(int));
        _stride = _data + sizeof(nint);
        Prove();
    }

    /// <summary>The rectangle that the region holds or is asked to fill.</summary>
    internal static VipsRect Valid(nint region) => *(VipsRect*)(region + _valid);

    /// <summary>A row's bytes from the region's left edge on; <paramref name="y"/> is a row of the image.</summary>
    internal static Span<byte> Row(nint region, int y, int rowBytes)
    {
        var data = *(byte**)(region + _data);
        var stride = *(int*)(region + _stride);
        return new Span<byte>(data + ((long)(y - Valid(region).Top) * stride), rowBytes);
    }

    private static int Align(int offset) => (offset + sizeof(nint) - 1) & -sizeof(nint);

    private static void Prove()
    {
        const int width = 5, height = 3;
        using var black = new VipsOperation("black").Set("width", "5").Set("height", "3");
        using var image = black.Run().Output();
        using var region = new GObjectHandle(LibVips.RegionNew(image.Instance));
        var part = new VipsRect { Left = 1, Top = 1, Width = width - 1, Height = height - 1 };
        if (LibVips.RegionPrepare(region.Instance, &part) != 0) throw VipsException.Take();

        var valid = Valid(region.Instance);
        var known = valid is { Left: 1, Top: 1, Width: width - 1, Height: height - 1 }
            && *(nint*)(region.Instance + _valid - sizeof(nint)) == image.Instance
            && *(nint*)(region.Instance + _data) != 0
            && *(int*)(region.Instance + _stride) == width - 1;
        if (!known) throw new PictureException($"libvips {VipsLibrary.Version} is not one that this program knows; install libvips 8.14 to 8.18");
    }
}
