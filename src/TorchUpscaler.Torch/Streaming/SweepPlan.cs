namespace TorchUpscaler.Torch.Streaming;

/// <summary>
/// How a picture streams through a network. The sweep goes along one side of the picture in bands; each layer lags one row behind the layer
/// that it reads, because a 3×3 convolution needs the row below. In pass k a layer with lag l ends at row <c>(k + 1) · BandRows − l</c>, so
/// nothing is computed twice, and nothing depends on where bands end. What is kept from band to band grows with the length of a row.
/// </summary>
/// <param name="Columns">Pixels in a row of the feature maps, across the sweep.</param>
/// <param name="Rows">Rows of the feature maps, along the sweep.</param>
/// <param name="BandRows">Rows of input that a pass takes.</param>
/// <param name="TailRows">Rows, at the feature maps' size, that are enlarged at a time.</param>
/// <param name="Lag">Rows that the last layer of the feature maps' size lags behind the input.</param>
/// <param name="IsSideways">Whether the sweep goes from left to right: rows are the picture's columns.</param>
internal sealed record SweepPlan(int Columns, int Rows, int BandRows, int TailRows, int Lag, bool IsSideways)
{
    /// <summary>The dimension along which rows are counted in tensors <c>[n, channels, height, width]</c>.</summary>
    public int Axis => IsSideways ? 3 : 2;

    /// <summary>Passes until the last row is out.</summary>
    public int Passes => (int)(((long)Rows + Lag + BandRows - 1) / BandRows);

    /// <summary>The row behind the last one that a layer with that lag has computed after a pass.</summary>
    public int EndOf(int pass, int lag) => (int)Math.Clamp((pass + 1L) * BandRows - lag, 0, Rows);
}
