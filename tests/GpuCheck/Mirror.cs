using TorchUpscaler.Core;

namespace TorchUpscaler.GpuCheck;

/// <summary>Makes large pictures of a small one: it is laid beside and below itself, every other time as in a mirror, so that there are no edges between.</summary>
internal static class Mirror
{
    /// <summary>A picture of that size.</summary>
    public static Picture Fill(Picture photo, int width, int height)
    {
        var picture = new Picture(width, height, photo.Channels, bits: 8);
        for (var y = 0; y < height; y++)
        {
            var from = photo.Row8(Fold(y, photo.Height));
            var to = picture.Row8(y);
            for (var x = 0; x < width; x++)
                from.Slice(Fold(x, photo.Width) * photo.Channels, photo.Channels).CopyTo(to[(x * photo.Channels)..]);
        }
        return picture;
    }

    private static int Fold(int at, int length)
    {
        var within = at % (2 * length);
        return within < length ? within : (2 * length) - 1 - within;
    }
}
