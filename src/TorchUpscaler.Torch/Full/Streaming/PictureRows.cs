using TorchUpscaler.Core;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>
/// The picture as the first convolution reads it. Its bytes go to the device as they are and become numbers from 0 to 1 there; grey is
/// repeated, sides are padded by reflection and pixels unshuffled where the network wants that.
/// </summary>
/// <param name="picture">The picture.</param>
/// <param name="shape">The network.</param>
/// <param name="plan">How the picture streams.</param>
/// <param name="device">Where to.</param>
/// <param name="type">Precision of the result.</param>
internal sealed class PictureRows(Picture picture, NetworkShape shape, SweepPlan plan, Device device, ScalarType type)
{
    private readonly int _unshuffle = shape is RrdbNetShape rrdb ? rrdb.Unshuffle : 1;

    /// <summary>Rows [first, end) of the first convolution's input, <c>[1, channels, rows, columns]</c>, or columns where the sweep goes sideways.</summary>
    public Tensor Read(int first, int end)
    {
        var (start, length, across) = (first * _unshuffle, (end - first) * _unshuffle, plan.Columns * _unshuffle);
        using var scope = NewDisposeScope();
        var samples = plan.IsSideways ? Bytes(start, 0, length, across) : Bytes(0, start, across, length);
        var values = Values(samples).narrow(2, 0, picture.ColorChannels).unsqueeze(0).permute(0, 3, 1, 2);
        if (picture.ColorChannels < shape.InputChannels) values = values.expand(1, shape.InputChannels, -1, -1);
        if (_unshuffle > 1) values = nn.functional.pixel_unshuffle(values, _unshuffle);
        return Layout.ByPixels(values.to(type)).MoveToOuterDisposeScope();
    }

    // [height][width][channels] on the device: bytes, or the bits of 16-bit samples.
    private Tensor Bytes(int left, int top, int width, int height)
    {
        var bytesPerPixel = picture.Channels * (picture.Bits / 8);
        var samples = empty([height, width, picture.Channels], dtype: picture.Bits == 8 ? ScalarType.Byte : ScalarType.Int16);
        var target = samples.bytes;
        var inside = Math.Min(width, picture.Width - left);
        for (var y = 0; y < height; y++)
        {
            var source = picture.Bytes.Slice(Reflection.Index(top + y, picture.Height) * picture.RowBytes, picture.RowBytes);
            var row = target.Slice(y * width * bytesPerPixel, width * bytesPerPixel);
            if (inside > 0) source.Slice(left * bytesPerPixel, inside * bytesPerPixel).CopyTo(row);
            for (var x = Math.Max(0, inside); x < width; x++)
                source.Slice(Reflection.Index(left + x, picture.Width) * bytesPerPixel, bytesPerPixel).CopyTo(row[(x * bytesPerPixel)..]);
        }
        return samples.to(device);
    }

    private Tensor Values(Tensor samples) => picture.Bits == 8
        ? samples.to(ScalarType.Float32).div(255f)
        : samples.to(ScalarType.Int32).bitwise_and(tensor(0xFFFF, ScalarType.Int32, device)).to(ScalarType.Float32).div(65535f);
}
