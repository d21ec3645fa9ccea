using System.Globalization;

namespace TorchUpscaler.Core;

/// <summary>How large a result is to be: by a factor, by one of its sides, or by a box that it fits into. With none of them, as large as the model makes it.</summary>
public sealed record ResultSize
{
    /// <summary>The largest factor.</summary>
    public const int MostTimes = 64;

    /// <summary>What the model does.</summary>
    public static ResultSize OfModel { get; } = new();

    /// <summary>Result pixels per picture pixel, each way, 1 to <see cref="MostTimes"/>; or null.</summary>
    public double? Scale { get; init; }

    /// <summary>The result's width or the box's, or null.</summary>
    public int? Width { get; init; }

    /// <summary>The result's height or the box's, or null. With <see cref="Width"/> it is the box's, and the aspect is kept.</summary>
    public int? Height { get; init; }

    /// <summary>Whether the result's pixels are given rather than a factor.</summary>
    public bool IsInPixels => Width is not null || Height is not null;

    /// <summary>The factor for a picture, or null: the model's own. Below 1 it is a reduction.</summary>
    /// <param name="width">Pixels in a row of the picture.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <exception cref="PictureException">It is too large a factor.</exception>
    public double? ScaleOf(int width, int height)
    {
        if (!IsInPixels) return Scale;
        var scale = Math.Min((double?)Width / width ?? double.MaxValue, (double?)Height / height ?? double.MaxValue);
        if (scale <= MostTimes) return scale;
        throw new PictureException(string.Create(CultureInfo.InvariantCulture,
            $"the result would be ×{scale:0.#} of the picture of {width}×{height}, and at most ×{MostTimes} is made; ask for a smaller size"));
    }

    /// <summary>A side of the result: rounded, halves up, and at least 1.</summary>
    /// <param name="pixels">The picture's side.</param>
    /// <param name="scale">The factor.</param>
    public static long Side(int pixels, double scale) => Math.Max(1, (long)Math.Round(pixels * scale, MidpointRounding.AwayFromZero));

    /// <summary>A factor in a result's name: so exact that another one of that name makes the same size of any picture.</summary>
    public static string InName(double scale) => scale.ToString("0.##########", CultureInfo.InvariantCulture);

    /// <summary>A factor as people read it: <c>3.5</c>.</summary>
    public static string Times(double scale) => scale.ToString("0.####", CultureInfo.InvariantCulture);
}
