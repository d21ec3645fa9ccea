using System.Runtime.CompilerServices;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// A batch of tiles goes through the eight points across one after the other. For each: the second half of the input
/// transform (down the columns), the products of its eight points down, and the first half of the output transform. So the
/// scratch memory of a batch stays in the second-level cache, and one point's weights in the first-level cache while all the
/// groups of the batch use them.
/// </summary>
internal sealed unsafe class ConvolutionKernels<T>(string name) : ConvolutionKernels where T : unmanaged, ILanes<T>
{
    private const int Block = PlainRows.Block;
    private const int Points = F6x6.Points;
    private const int TileSize = F6x6.TileSize;
    private const int Group = Products.GroupTiles;

    public override string Name { get; } = name;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void TransformRow(PlainRows source, TransformedRows target, int block, int row)
    {
        var pixels = source.Row(block, row) - Block; // the column before the first
        var points = target.Row(block, row);
        nint stride = target.PointFloats;
        var tiles = target.Tiles;
        if (target.Upsampled)
        {
            // Columns 6t - 1 … 6t + 6 of the enlarged row are columns 3t - 1, 3t, 3t, … 3t + 2, 3t + 2, 3t + 3 of this one.
            for (var tile = 0; tile < tiles; tile++, pixels += 3 * Block, points += Block)
                for (var lane = 0; lane < Block; lane += T.Count)
                {
                    var p = pixels + lane;
                    T a = T.Load(p + Block), b = T.Load(p + 2 * Block), c = T.Load(p + 3 * Block);
                    F6x6.TransformInput(T.Load(p), a, a, b, b, c, c, T.Load(p + 4 * Block), points + lane, stride);
                }

            return;
        }

        for (var tile = 0; tile < tiles; tile++, pixels += TileSize * Block, points += Block)
            for (var lane = 0; lane < Block; lane += T.Count)
            {
                var p = pixels + lane;
                F6x6.TransformInput(T.Load(p), T.Load(p + Block), T.Load(p + 2 * Block), T.Load(p + 3 * Block),
                    T.Load(p + 4 * Block), T.Load(p + 5 * Block), T.Load(p + 6 * Block), T.Load(p + 7 * Block), points + lane, stride);
            }
    }

    public override void ComputeTiles(ConvolutionCall call, int firstTile, int tiles, float* scratch, BatchEdges edges)
    {
        var weights = call.Weights;
        var layout = new ScratchLayout(weights, tiles);
        var inputs = scratch;
        var products = scratch + layout.Products0;
        var outputs = scratch + layout.Outputs0;
        var ahead = stackalloc float*[Points * layout.Groups * weights.InBlocks]; // [8 down][groups][in blocks]
        for (var across = 0; across < Points; across++)
        {
            LookAhead(call, layout, firstTile, Math.Min(across + 1, Points - 1), ahead);
            TransformDown(call, layout, firstTile, tiles, across, inputs);
            for (var slice = 0; slice < weights.Slices; slice++)
            {
                var width = weights.WidthOf(slice);
                for (var down = 0; down < Points; down++)
                {
                    var u = call.Transposed ? weights.Weights(slice, down, across) : weights.Weights(slice, across, down);
                    for (var group = 0; group < layout.Groups; group++)
                        Products.Group<T>(inputs + down * layout.InputStride + group * layout.GroupInputs, u,
                            products + down * layout.ProductStride + group * Group * width, width, weights.InBlocks, Math.Min(Group, tiles - group * Group), ahead + (down * layout.Groups + group) * weights.InBlocks);
                }

                TransformUp(layout, tiles * width, products, outputs + slice * layout.SliceStride + across * layout.OutputStride);
            }
        }

        for (var slice = 0; slice < weights.Slices; slice++)
            Epilogue<T>.Finish(call, layout, firstTile, tiles, slice, outputs + slice * layout.SliceStride, edges);
    }

    public override void Join(ConvolutionCall call, int tile, BatchEdges before, BatchEdges after) => Epilogue<T>.Join(call, tile, before, after);

    /// <summary>
    /// Where the transform at one point across will read: each group's first tiles in each of its rows. The products of the
    /// point before fetch from there, group by group and row by row.
    /// </summary>
    internal static void LookAhead(ConvolutionCall call, in ScratchLayout layout, int firstTile, int across, float** ahead)
    {
        var columns = call.TileColumns;
        for (var down = 0; down < Points; down++)
            for (var group = 0; group < layout.Groups; group++)
            {
                var (tileRow, tileColumn) = ((firstTile + group * Group) / columns, (firstTile + group * Group) % columns);
                var row = Math.Clamp(call.FirstRow + tileRow * TileSize - 1 + down, 0, call.InputEnd - 1);
                foreach (var source in call.Sources)
                {
                    var first = source.Row(0, source.Upsampled ? row >> 1 : row) + (across * (nint)columns + tileColumn) * Block;
                    for (var block = 0; block < source.Blocks; block++) *ahead++ = first + block * source.BlockFloats;
                }
            }
    }

    /// <summary>The second half of the input transform, at one point across: eight rows of every tile into eight points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void TransformDown(ConvolutionCall call, in ScratchLayout layout, int firstTile, int tiles, int across, float* target)
    {
        var columns = call.TileColumns;
        var inputEnd = call.InputEnd;
        var rows = stackalloc float*[Points];
        var steps = stackalloc nint[Points];
        for (var at = 0; at < tiles;)
        {
            // a run of tiles that are neighbours in the picture
            var (tileRow, tileColumn) = ((firstTile + at) / columns, (firstTile + at) % columns);
            var run = Math.Min(columns - tileColumn, tiles - at);
            var top = call.FirstRow + tileRow * TileSize - 1;
            var blockTarget = target;
            foreach (var source in call.Sources)
            {
                var offset = (across * (nint)columns + tileColumn) * Block;
                for (var r = 0; r < Points; r++)
                {
                    var row = top + r;
                    var inside = row >= 0 && row < inputEnd;
                    rows[r] = inside ? source.Row(0, source.Upsampled ? row >> 1 : row) + offset : Zeros;
                    steps[r] = inside ? (nint)source.BlockFloats : 0;
                }

                for (var block = 0; block < source.Blocks; block++, blockTarget += Group * Block)
                {
                    for (var done = 0; done < run;)
                    {
                        // as many of them as go into one group
                        var (group, inGroup) = ((at + done) / Group, (at + done) % Group);
                        var part = Math.Min(run - done, Group - inGroup);
                        TransformPart(rows, done * Block, part * Block,
                            blockTarget + group * layout.GroupInputs + inGroup * Block, layout.InputStride);
                        done += part;
                    }

                    for (var r = 0; r < Points; r++) rows[r] += steps[r];
                }
            }

            at += run;
        }
    }

    /// <summary>Bᵀ down the columns of neighbouring tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformPart(float** rows, nint start, nint floats, float* target, nint stride)
    {
        float* r0 = rows[0] + start, r1 = rows[1] + start, r2 = rows[2] + start, r3 = rows[3] + start;
        float* r4 = rows[4] + start, r5 = rows[5] + start, r6 = rows[6] + start, r7 = rows[7] + start;
        for (nint i = 0; i < floats; i += T.Count)
            F6x6.TransformInput(T.Load(r0 + i), T.Load(r1 + i), T.Load(r2 + i), T.Load(r3 + i),
                T.Load(r4 + i), T.Load(r5 + i), T.Load(r6 + i), T.Load(r7 + i), target + i, stride);
    }

    /// <summary>The first half of the output transform: eight points down into six rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void TransformUp(in ScratchLayout layout, int floats, float* products, float* outputs)
    {
        nint stride = layout.ProductStride;
        nint rowStride = Points * layout.OutputStride;
        for (nint i = 0; i < floats; i += T.Count)
        {
            F6x6.TransformOutput<T>(products + i, stride, out var y0, out var y1, out var y2, out var y3, out var y4, out var y5);
            var target = outputs + i;
            y0.Store(target);
            y1.Store(target + rowStride);
            y2.Store(target + 2 * rowStride);
            y3.Store(target + 3 * rowStride);
            y4.Store(target + 4 * rowStride);
            y5.Store(target + 5 * rowStride);
        }
    }
}
