namespace TorchUpscaler.Core;

/// <summary>How large pictures may be: the program's, or a queue's, whose front ends check when a picture comes what its workers check again.</summary>
/// <param name="InputPixels">Largest picture, in pixels.</param>
/// <param name="OutputPixels">Largest result, in pixels.</param>
public sealed record PictureLimits(long InputPixels, long OutputPixels)
{
    /// <summary>The options that allow larger pictures and results and choose a model; null: whoever reads the message has none.</summary>
    public (string Input, string Output, string Model)? Options { get; init; }

    /// <summary>Refuses a picture by what its header says, whichever model takes it.</summary>
    /// <exception cref="PictureException">It is too large.</exception>
    public void Check(PictureHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        CheckPixels("picture", header.Width, header.Height, InputPixels, Options?.Input);
    }

    /// <summary>Refuses a picture by what its header says.</summary>
    /// <param name="header">The header.</param>
    /// <param name="choice">How it is going to be enlarged.</param>
    /// <param name="format">The result's format.</param>
    /// <exception cref="PictureException">It or its result is too large, the format cannot hold the result, or it has colours and the model none.</exception>
    public void Check(PictureHeader header, ModelChoice choice, PictureFormat format)
    {
        ArgumentNullException.ThrowIfNull(choice);
        Check(header);
        var (width, height) = choice.SizeOf(header.Width, header.Height);
        CheckPixels("result", width, height, OutputPixels, Options?.Output);
        PictureFormats.CheckSize(format, checked((int)width), checked((int)height));
        if (choice.IsForGrey && header.Channels >= 3)
            throw new PictureException($"the picture has colours and the model {choice.Name} is for grey ones; choose another model{(Options is { } options ? $" with {options.Model}" : "")}");
    }

    private static void CheckPixels(string what, long width, long height, long limit, string? option)
    {
        if (width * height <= limit) return;
        var megapixels = Megapixels.AtLeast(width * height);
        var limitAndAdvice = option is null
            ? FormattableString.Invariant($"here is {limit / 1e6}; send a smaller picture or choose a smaller scale")
            : FormattableString.Invariant($"is {limit / 1e6}; allow more with {option} {megapixels}");
        throw new PictureException(FormattableString.Invariant($"the {what} of {width}×{height} has {megapixels} megapixels, and the limit {limitAndAdvice}"));
    }
}
