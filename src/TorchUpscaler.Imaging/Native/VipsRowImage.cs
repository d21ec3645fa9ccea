using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Native;

/// <summary>Fills row <paramref name="y"/>, waiting for it where needed. Returns false to stop the encoder.</summary>
internal delegate bool FillRow(int y, Span<byte> row);

/// <summary>
/// A libvips image whose rows are fetched from managed code when a saver asks for them. Savers ask from top to bottom,
/// but where several threads work for one saver they ask at once: <c>FillRow</c> has to wait for its turn.
/// </summary>
internal sealed unsafe class VipsRowImage : IDisposable
{
    private const int FatStrips = 2; // VIPS_DEMAND_STYLE_FATSTRIP: whole rows, 16 at a time

    private readonly int _width, _rowBytes;
    private readonly FillRow _fill;
    private GCHandle _self;

    /// <summary>Makes the image; <paramref name="fill"/> is called on libvips' threads and must not throw.</summary>
    internal VipsRowImage(int width, int height, int channels, int bits, FillRow fill)
    {
        _width = width;
        _rowBytes = checked(width * channels * (bits / 8));
        _fill = fill;
        _self = GCHandle.Alloc(this);
        Image = new VipsImage(LibVips.ImageNew());
        var meaning = (channels < 3, bits) switch
        {
            (true, 8) => Interpretation.Grey,
            (true, _) => Interpretation.Grey16,
            (false, 8) => Interpretation.Srgb,
            (false, _) => Interpretation.Rgb16,
        };
        LibVips.ImageInitFields(Image.Instance, width, height, channels,
            bits == 8 ? BandFormat.UChar : BandFormat.UShort, Coding.None, meaning, 1, 1);

        nint noInputs = 0;
        if (LibVips.ImagePipeline(Image.Instance, FatStrips, &noInputs) != 0
            || LibVips.ImageGenerate(Image.Instance, 0, &Generate, 0, GCHandle.ToIntPtr(_self), 0) != 0)
        {
            Dispose();
            throw VipsException.Take();
        }
    }

    /// <summary>The image to hand to a saver.</summary>
    internal VipsImage Image { get; }

    /// <summary>Gives the image back; no saver may use it any more.</summary>
    public void Dispose()
    {
        Image.Dispose();
        if (_self.IsAllocated) _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Generate(nint region, nint sequence, nint self, nint unused, int* stop)
    {
        try
        {
            var source = (VipsRowImage)GCHandle.FromIntPtr(self).Target!;
            var wanted = RegionLayout.Valid(region);
            if (wanted.Left != 0 || wanted.Width != source._width) return -1; // only whole rows can be handed over in order
            for (var y = wanted.Top; y < wanted.Top + wanted.Height; y++)
            {
                if (!source._fill(y, RegionLayout.Row(region, y, source._rowBytes))) return -1;
            }
            return 0;
        }
        catch (Exception) // nothing may unwind into C
        {
            return -1;
        }
    }
}
