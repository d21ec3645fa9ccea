using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// One 3×3 convolution over a range of rows: <c>y = activation(conv(sources) + bias)</c>, then
/// <c>y = first + FirstScale · y</c>, then <c>y = second + SecondScale · y</c>, where these are given.
/// </summary>
internal sealed class ConvolutionCall
{
    /// <summary>The input's parts in the order in which their channels are concatenated.</summary>
    public required TransformedRows[] Sources { get; init; }

    public required PackedConvolution Weights { get; init; }

    /// <summary>Takes the output rows from <see cref="TargetFrom"/> on, where anybody reads them as they are.</summary>
    public PlainRows? Target { get; init; }

    /// <summary>The first row that <see cref="Target"/> takes.</summary>
    public int TargetFrom { get; init; }

    /// <summary>Takes the output rows as the convolutions that read them want them, transformed along the row.</summary>
    public TransformedRows? Points { get; init; }

    /// <summary>Rows of the whole picture at the output's size.</summary>
    public required int PictureRows { get; init; }

    public PlainRows? First { get; init; }

    public float FirstScale { get; init; }

    public PlainRows? Second { get; init; }

    public float SecondScale { get; init; }

    /// <summary>First row to compute, where the tiles begin; rows above the picture (negative) are not stored.</summary>
    public int FirstRow { get; set; }

    /// <summary>One behind the last row to compute.</summary>
    public int EndRow { get; set; }

    /// <summary>Whether the transposed kernel is applied, for a picture that is swept along its other side.</summary>
    public bool Transposed { get; init; }

    /// <summary>Tiles in a row.</summary>
    public int TileColumns => Sources[0].Tiles;

    /// <summary>Tiles in all, in reading order.</summary>
    public int TileCount => (EndRow - FirstRow + F6x6.TileSize - 1) / F6x6.TileSize * TileColumns;

    /// <summary>
    /// One behind the last input row that is read; the rows beyond are taken as zero. Those inside the picture reach only
    /// outputs behind <see cref="EndRow"/>, which nobody keeps.
    /// </summary>
    public int InputEnd => Math.Min(PictureRows, EndRow + 1);

    /// <summary>Pixels in an output row.</summary>
    public int OutColumns => Sources[0].Upsampled ? 2 * Sources[0].Columns : Sources[0].Columns;
}
