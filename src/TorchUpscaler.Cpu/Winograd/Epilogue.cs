using System.Runtime.CompilerServices;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// The end of a convolution: the second half of the output transform, bias, activation and residuals. As the pixels are in
/// registers then, the first half of the next convolution's input transform is done here, too.
/// </summary>
internal static unsafe class Epilogue<T> where T : unmanaged, ILanes<T>
{
    private const int Block = PlainRows.Block;
    private const int TileSize = F6x6.TileSize;

    /// <summary>Finishes the pixels of a batch's tiles in one slice of output channels, as far as they are in the picture.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="layout">Of the scratch memory.</param>
    /// <param name="firstTile">The batch's first tile.</param>
    /// <param name="tiles">Tiles of the batch.</param>
    /// <param name="slice">The slice of output channels.</param>
    /// <param name="outputs">The half-transformed output, <c>[6 rows][8 across][groups · 12][width]</c>.</param>
    /// <param name="edges">Takes the batch's outermost columns.</param>
    public static void Finish(ConvolutionCall call, in ScratchLayout layout, int firstTile, int tiles, int slice, float* outputs, BatchEdges edges)
    {
        var width = call.Weights.WidthOf(slice);
        var firstBlock = slice * PackedConvolution.SliceWidth / Block;
        var columns = call.TileColumns;
        for (var at = 0; at < tiles;)
        {
            // a run of tiles that are neighbours in the picture
            var (tileRow, tileColumn) = ((firstTile + at) / columns, (firstTile + at) % columns);
            var run = Math.Min(columns - tileColumn, tiles - at);
            var top = call.FirstRow + tileRow * TileSize;
            var rows = Math.Min(TileSize, call.EndRow - top);
            for (var block = firstBlock; block < firstBlock + width / Block; block++)
                for (var r = Math.Max(0, -top); r < rows; r++)
                    for (var lane = 0; lane < Block; lane += T.Count)
                    {
                        var source = outputs + r * F6x6.Points * layout.OutputStride + at * width + (block - firstBlock) * Block + lane;
                        FinishRow(call, new RowOfTiles(call, block, top + r, tileColumn, run, lane), source, layout.OutputStride, width,
                            at == 0 ? edges.First(block, r) + lane : null, at + run == tiles ? edges.Last(block, r) + lane : null);
                    }

            at += run;
        }
    }

    /// <summary>Adds to the points on both sides of a cut between batches what they lack of each other.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="tile">The first tile behind the cut, not the first one of its row.</param>
    /// <param name="before">The edges of the batch that ends there.</param>
    /// <param name="after">The edges of the batch that begins there.</param>
    public static void Join(ConvolutionCall call, int tile, BatchEdges before, BatchEdges after)
    {
        var target = call.Points!;
        var (tileRow, tileColumn) = (tile / call.TileColumns, tile % call.TileColumns);
        var top = call.FirstRow + tileRow * TileSize;
        var rows = Math.Min(TileSize, call.EndRow - top);
        for (var block = 0; block < call.Weights.OutBlocks; block++)
            for (var r = Math.Max(0, -top); r < rows; r++)
                for (var lane = 0; lane < Block; lane += T.Count)
                {
                    var first = PointsOf(target, block, top + r, tileColumn) + lane;
                    var last = first - Block + 7 * (nint)target.PointFloats;
                    (T.Load(first) + T.Load(before.Last(block, r) + lane)).Store(first);
                    (T.Load(last) + T.Load(after.First(block, r) + lane)).Store(last);
                }
    }

    /// <summary>One row of neighbouring tiles in one register of channels.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="row">Where the row is read and written.</param>
    /// <param name="source">The row's point 0 in the first tile.</param>
    /// <param name="stride">Floats from one point to the next.</param>
    /// <param name="width">Floats from one tile to the next.</param>
    /// <param name="firstEdge">Takes the first pixel, or null.</param>
    /// <param name="lastEdge">Takes the last pixel, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FinishRow(ConvolutionCall call, in RowOfTiles row, float* source, nint stride, nint width, float* firstEdge, float* lastEdge)
    {
        float* first = row.First, second = row.Second, plain = row.Plain, points = row.Points;
        var pointStride = row.PointStride;
        var upsampled = row.IsUpsampled;
        T bias = T.Load(row.Bias), slope = T.Load(row.Slope);
        T firstScale = T.Create(call.FirstScale), secondScale = T.Create(call.SecondScale);
        T before = default; // the last pixel of the tile before; zero beyond the picture's side
        T open = default;   // what point 7 of the tile before takes from the first pixel of this one
        for (var tile = row.Tiles; tile > 0; tile--, source += width)
        {
            F6x6.TransformOutput<T>(source, stride, out var y0, out var y1, out var y2, out var y3, out var y4, out var y5);
            (y0, y1, y2) = (Activate(y0, bias, slope), Activate(y1, bias, slope), Activate(y2, bias, slope));
            (y3, y4, y5) = (Activate(y3, bias, slope), Activate(y4, bias, slope), Activate(y5, bias, slope));
            if (first != null) AddResidual(ref first, firstScale, ref y0, ref y1, ref y2, ref y3, ref y4, ref y5);
            if (second != null) AddResidual(ref second, secondScale, ref y0, ref y1, ref y2, ref y3, ref y4, ref y5);
            if (tile == 1) ClearBeyond(row.PixelsOfLast, ref y1, ref y2, ref y3, ref y4, ref y5);
            if (plain != null)
            {
                y0.Store(plain);
                y1.Store(plain + Block);
                y2.Store(plain + 2 * Block);
                y3.Store(plain + 3 * Block);
                y4.Store(plain + 4 * Block);
                y5.Store(plain + 5 * Block);
                plain += TileSize * Block;
            }

            if (points == null) continue;
            if (tile < row.Tiles) (y0 - open).Store(points - Block + 7 * pointStride);
            else if (firstEdge != null) y0.Store(firstEdge);
            T p0, p7;
            if (upsampled)
            {
                // Six pixels make two tiles of the enlarged row; of three or less only one is in the picture.
                F6x6.TransformInner(y0, y0, y1, y1, y2, y2, points, pointStride, out p0, out p7);
                (before - p0).Store(points);
                before = y2;
                open = p7;
                points += Block;
                if (tile == 1 && row.PixelsOfLast <= TileSize / 2) continue;
                (y3 - p7).Store(points - Block + 7 * pointStride);
                F6x6.TransformInner(y3, y3, y4, y4, y5, y5, points, pointStride, out p0, out p7);
            }
            else
            {
                F6x6.TransformInner(y0, y1, y2, y3, y4, y5, points, pointStride, out p0, out p7);
            }

            (before - p0).Store(points);
            before = y5;
            open = p7;
            points += Block;
        }

        if (points == null) return;
        (default(T) - open).Store(points - Block + 7 * pointStride);
        if (lastEdge != null) before.Store(lastEdge);
    }

    /// <summary>Point 0 of a row that a convolution hands on, where one of its own tiles begins; enlarged, that makes two tiles.</summary>
    private static float* PointsOf(TransformedRows target, int block, int row, int tileColumn) =>
        target.Row(block, row) + tileColumn * (target.Upsampled ? 2 : 1) * Block;

    /// <summary>Bias and activation of one register; <paramref name="slope"/> is 1 where there is no activation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Activate(T y, T bias, T slope)
    {
        y += bias;
        return T.MultiplyAdd(T.Min(default, y), slope, T.Max(default, y)); // in this order NaN comes through
    }

    /// <summary>y = residual + scale · y, for a tile's row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddResidual(ref float* residual, T scale, ref T y0, ref T y1, ref T y2, ref T y3, ref T y4, ref T y5)
    {
        y0 = T.MultiplyAdd(y0, scale, T.Load(residual));
        y1 = T.MultiplyAdd(y1, scale, T.Load(residual + Block));
        y2 = T.MultiplyAdd(y2, scale, T.Load(residual + 2 * Block));
        y3 = T.MultiplyAdd(y3, scale, T.Load(residual + 3 * Block));
        y4 = T.MultiplyAdd(y4, scale, T.Load(residual + 4 * Block));
        y5 = T.MultiplyAdd(y5, scale, T.Load(residual + 5 * Block));
        residual += TileSize * Block;
    }

    /// <summary>Pixels beyond the picture's right side are zero for those who read them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearBeyond(int pixels, ref T y1, ref T y2, ref T y3, ref T y4, ref T y5)
    {
        if (pixels < 2) y1 = default;
        if (pixels < 3) y2 = default;
        if (pixels < 4) y3 = default;
        if (pixels < 5) y4 = default;
        if (pixels < 6) y5 = default;
    }

    /// <summary>Where a row of neighbouring tiles is read and written, in one register of channels.</summary>
    private readonly struct RowOfTiles
    {
        public RowOfTiles(ConvolutionCall call, int block, int row, int tileColumn, int tiles, int lane)
        {
            var pixels = tileColumn * TileSize * Block + lane;
            Tiles = tiles;
            PixelsOfLast = Math.Min(TileSize, call.OutColumns - (tileColumn + tiles - 1) * TileSize);
            Bias = call.Weights.Bias + block * Block + lane;
            Slope = call.Weights.Slope + block * Block + lane;
            First = call.First is null ? null : call.First.Row(block, row) + pixels;
            Second = call.Second is null ? null : call.Second.Row(block, row) + pixels;
            Plain = call.Target is null || row < call.TargetFrom ? null : call.Target.Row(block, row) + pixels;
            if (call.Points is not { } target) return;
            IsUpsampled = target.Upsampled;
            PointStride = target.PointFloats;
            Points = PointsOf(target, block, row, tileColumn) + lane;
        }

        public int Tiles { get; }

        /// <summary>Pixels of the last tile that are in the picture.</summary>
        public int PixelsOfLast { get; }

        public float* Bias { get; }

        public float* Slope { get; }

        /// <summary>The first residual's pixels, or null.</summary>
        public float* First { get; }

        /// <summary>The second residual's pixels, or null.</summary>
        public float* Second { get; }

        /// <summary>Takes the pixels, or null.</summary>
        public float* Plain { get; }

        /// <summary>Takes the pixels' points, or null.</summary>
        public float* Points { get; }

        /// <summary>Floats from one point to the next.</summary>
        public nint PointStride { get; }

        /// <summary>Whether the points are those of the row enlarged ×2.</summary>
        public bool IsUpsampled { get; }
    }
}
