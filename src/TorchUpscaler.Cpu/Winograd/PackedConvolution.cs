using System.Numerics;
using System.Runtime.CompilerServices;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>A convolution's values as a model has them.</summary>
/// <param name="Weights">The kernel <c>[out][in][3][3]</c>.</param>
/// <param name="Bias">The bias <c>[out]</c>.</param>
/// <param name="Slopes">What negative results are multiplied with, <c>[out]</c>.</param>
internal sealed record ConvolutionValues(float[] Weights, float[] Bias, float[] Slopes);

/// <summary>
/// The transformed weights of one 3×3 convolution in the order in which the kernels read them. Output channels are cut into
/// slices of 32 (the last one may have 16): <c>[slices][8 points across][8 points down][in blocks · 16][32]</c>.
/// Channels that only fill up a block have zero weights.
/// </summary>
internal sealed unsafe class PackedConvolution
{
    private const int Block = PlainRows.Block;
    private const int Points = F6x6.Points;

    /// <summary>Output channels of a full slice.</summary>
    public const int SliceWidth = 32;

    private readonly float* _weights;

    private readonly int[] _segments;

    private Func<ConvolutionValues>? _read; // until the weights are there

    /// <param name="arena">Where its memory comes from.</param>
    /// <param name="segments">The input's parts as they are concatenated, in channels; each begins a new block of 16.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="read">Reads its values, once, when it first runs.</param>
    public PackedConvolution(Arena arena, int[] segments, int outChannels, Func<ConvolutionValues> read)
    {
        _read = read;
        _segments = segments;
        OutChannels = outChannels;
        OutBlocks = BlocksOf(OutChannels);
        InBlocks = segments.Sum(BlocksOf);
        _weights = arena.Allocate(WeightFloats(InBlocks, OutBlocks));
        Bias = arena.Allocate(OutBlocks * Block);
        Slope = arena.Allocate(OutBlocks * Block);
    }

    public int OutChannels { get; }

    public int OutBlocks { get; }

    public int InBlocks { get; }

    public int Slices => (OutBlocks + 1) / 2;

    /// <summary>Bias, <c>[out blocks][16]</c>.</summary>
    public float* Bias { get; }

    /// <summary>What negative results are multiplied with, 1 for no activation: <c>[out blocks][16]</c>.</summary>
    public float* Slope { get; }

    /// <summary>Multiply-adds of the plain convolution per output pixel: the unit in which work is predicted.</summary>
    public long CostPerPixel => 9L * InBlocks * Block * OutBlocks * Block;

    public static int BlocksOf(int channels) => (channels + Block - 1) / Block;

    /// <summary>Bytes that such a convolution takes of its arena.</summary>
    public static long Bytes(int[] segments, int outChannels) =>
        Arena.Bytes(WeightFloats(segments.Sum(BlocksOf), BlocksOf(outChannels))) + 2 * Arena.Bytes(BlocksOf(outChannels) * Block);

    /// <summary>Output channels of a slice: 32, or 16 for the rest.</summary>
    public int WidthOf(int slice) => Math.Min(SliceWidth, OutBlocks * Block - slice * SliceWidth);

    /// <summary>One point's weights of a slice, <c>[in blocks · 16][width]</c>.</summary>
    public float* Weights(int slice, int across, int down)
    {
        var inChannels = (long)InBlocks * Block;
        return _weights + (slice * SliceWidth * Points * Points + (across * Points + down) * WidthOf(slice)) * inChannels;
    }

    private static long WeightFloats(int inBlocks, int outBlocks) => (long)Points * Points * inBlocks * Block * outBlocks * Block;

    /// <summary>Transforms the weights, where that has not been done yet.</summary>
    /// <exception cref="WeightsException">They cannot be read.</exception>
    public void MakeReady(ThreadTeam team)
    {
        if (_read is null) return;
        var values = _read();
        team.Run(Slices * InBlocks, (piece, _) => Pack(values.Weights, piece / InBlocks, piece % InBlocks));
        values.Bias.AsSpan().CopyTo(new Span<float>(Bias, OutChannels));
        values.Slopes.AsSpan().CopyTo(new Span<float>(Slope, OutChannels));
        _read = null;
    }

    /// <summary>Transforms what one slice has of a block of input channels, in double precision, so that only the last rounding is to 32 bits.</summary>
    /// <param name="weights">The kernel <c>[out][in][3][3]</c>.</param>
    /// <param name="slice">Which output channels.</param>
    /// <param name="block">Which input channels, as they are packed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(float[] weights, int slice, int block)
    {
        var inChannels = _segments.Sum();
        var real = Math.Min(WidthOf(slice), OutChannels - slice * SliceWidth);
        var kernels = new double[9 * SliceWidth];             // [3][3][width]
        var half = new double[Points * 3 * SliceWidth];       // [8 down][3][width]
        var whole = new double[Points * Points * SliceWidth]; // [8 down][8 across][width]
        var (firstChannel, channels) = ChannelsOf(block);
        for (var c = 0; c < channels; c++)
        {
            for (var o = 0; o < real; o++)
                for (var tap = 0; tap < 9; tap++)
                    kernels[tap * SliceWidth + o] = weights[(((long)slice * SliceWidth + o) * inChannels + firstChannel + c) * 9 + tap];
            Transform(kernels, half, whole);
            Round(whole, slice, block * Block + c);
        }
    }

    /// <summary>The channels of the input, as its parts are concatenated, that lie in a block.</summary>
    private (int First, int Count) ChannelsOf(int block)
    {
        var first = 0;
        foreach (var segment in _segments)
        {
            if (block < BlocksOf(segment)) return (first + block * Block, Math.Min(Block, segment - block * Block));
            block -= BlocksOf(segment);
            first += segment;
        }
        throw new ArgumentOutOfRangeException(nameof(block));
    }

    /// <summary>Stores one input channel's points in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Round(double[] whole, int slice, int channel)
    {
        var width = WidthOf(slice);
        for (var down = 0; down < Points; down++)
            for (var across = 0; across < Points; across++)
            {
                var start = (down * Points + across) * SliceWidth;
                var target = new Span<float>(Weights(slice, across, down) + channel * (long)width, width);
                for (var o = 0; o < width; o += Vector<float>.Count)
                    Vector.Narrow(new Vector<double>(whole, start + o), new Vector<double>(whole, start + o + Vector<double>.Count)).CopyTo(target[o..]);
            }
    }

    /// <summary>G g Gᵀ for 32 output channels side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transform(double[] kernels, double[] half, double[] whole)
    {
        var g = F6x6.KernelMatrix;
        for (var point = 0; point < Points; point++)
            for (var column = 0; column < 3; column++)
                Combine(kernels, column * SliceWidth, 3 * SliceWidth, g[point, 0], g[point, 1], g[point, 2],
                    half, (point * 3 + column) * SliceWidth);
        for (var down = 0; down < Points; down++)
            for (var across = 0; across < Points; across++)
                Combine(half, down * 3 * SliceWidth, SliceWidth, g[across, 0], g[across, 1], g[across, 2],
                    whole, (down * Points + across) * SliceWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Combine(double[] source, int start, int stride, double a, double b, double c, double[] target, int at)
    {
        for (var o = 0; o < SliceWidth; o += Vector<double>.Count)
        {
            var sum = new Vector<double>(source, start + o) * a + new Vector<double>(source, start + stride + o) * b
                      + new Vector<double>(source, start + 2 * stride + o) * c;
            sum.CopyTo(target, at + o);
        }
    }
}
