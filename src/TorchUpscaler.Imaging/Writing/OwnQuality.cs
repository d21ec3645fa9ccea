using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// A format's own number for what looks like a JPEG of some quality: of the same error in brightness, measured on a photograph that
/// was enlarged. WebP halves the colours' resolution, so its best is what a JPEG of 95 looks like.
/// </summary>
internal static class OwnQuality
{
    private static readonly (int Jpeg, int Own)[] s_webp = [(1, 1), (50, 78), (75, 88), (85, 92), (90, 95), (95, 100), (100, 100)];
    private static readonly (int Jpeg, int Own)[] s_avif = [(1, 1), (50, 47), (75, 62), (85, 79), (90, 84), (95, 91), (100, 98)];

    /// <summary>The number for a quality of 1 to 100.</summary>
    internal static int Of(PictureFormat format, int quality)
    {
        var jpeg = Math.Clamp(quality, 1, 100);
        var points = format switch
        {
            PictureFormat.WebP => s_webp,
            PictureFormat.Avif => s_avif,
            _ => [(1, 1), (100, 100)],
        };
        var upper = Array.FindIndex(points, point => point.Jpeg >= jpeg);
        if (points[upper].Jpeg == jpeg) return points[upper].Own;
        var ((from, low), (to, high)) = (points[upper - 1], points[upper]);
        return low + (int)Math.Round((high - low) * (double)(jpeg - from) / (to - from));
    }
}
