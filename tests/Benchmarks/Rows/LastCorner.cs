using TorchUpscaler.Benchmarks.Peers;

namespace TorchUpscaler.Benchmarks.Rows;

/// <summary>
/// A picture that is too large for the peers is checked where it ends: x4plus sees 349 pixels far (347 in the trunk, 2 behind
/// it), so the last corner of the whole picture's result is also the last corner of the result of a part that reaches
/// farther than that. An engine that had lost anything on its way down the picture would be wrong there.
/// </summary>
internal sealed class LastCorner(Workshop shop, Report report)
{
    private const int Reach = 352; // at least what the network sees
    private const int Side = 48;   // of the corner, in pixels that go in

    /// <summary>Left, top, width and height of the corner in the result.</summary>
    public static int[] Of(Raster picture, int scale) =>
        [(picture.Width - Side) * scale, (picture.Height - Side) * scale, Side * scale, Side * scale];

    /// <summary>What ONNX Runtime makes of the corner. It is ended afterwards: the engine is to have the machine's memory.</summary>
    public byte[] Expected(BenchModel model, Raster picture)
    {
        const int part = Reach + Side;
        report.Say($"{picture.Width}×{picture.Height}: ONNX Runtime makes the last corner for comparison");
        shop.LoadOnnx(model);
        shop.OnnxRuntime.Show(picture.Part(picture.Width - part, picture.Height - part, part, part, shop.PathOf("pictures/corner.u8")));
        shop.OnnxRuntime.Run();
        var whole = shop.ResultOf(shop.OnnxRuntime); // [part · scale][part · scale][3]
        shop.OnnxRuntime.Stop();

        var scale = model.Network.Scale;
        var (row, side) = (part * scale * 3, Side * scale);
        var corner = new byte[side * side * 3];
        for (var y = 0; y < side; y++)
            whole.AsSpan((((part * scale) - side + y) * row) + row - (side * 3), side * 3).CopyTo(corner.AsSpan(y * side * 3));
        return corner;
    }
}
