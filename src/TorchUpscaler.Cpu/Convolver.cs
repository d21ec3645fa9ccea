using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Threading;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>Spreads convolutions and row transforms over the thread team. A result never depends on how the work was cut.</summary>
internal sealed unsafe class Convolver
{
    /// <summary>Multiply-adds of one piece of work between two chances to stop: some milliseconds on a fast core, 0.2 s on a slow one.</summary>
    private const long PieceCost = 2_000_000_000;

    private const int NarrowBatch = 48; // tiles of a batch where there is one slice of output channels
    private const int WideBatch = 36;   // where there are two: twice as many results have to stay in the cache

    private const int BatchesAtATime = 256; // whose edges are kept

    private readonly ConvolutionKernels _kernels;
    private readonly ThreadTeam _team;
    private readonly float*[] _scratch; // one for each thread
    private readonly float* _edges;     // of BatchesAtATime batches and the one before

    public Convolver(Arena arena, ConvolutionKernels kernels, ThreadTeam team, IEnumerable<PackedConvolution> convolutions)
    {
        _kernels = kernels;
        _team = team;
        var floats = convolutions.Max(c => new ScratchLayout(c, LargestBatch(c)).Floats);
        _scratch = new float*[team.Threads];
        for (var worker = 0; worker < _scratch.Length; worker++) _scratch[worker] = arena.Allocate(floats);
        _edges = arena.Allocate(EdgeFloats(convolutions));
    }

    /// <summary>Bytes of the scratch memory of so many threads.</summary>
    public static long ScratchBytes(int threads, IEnumerable<PackedConvolution> convolutions) =>
        threads * Arena.Bytes(convolutions.Max(c => new ScratchLayout(c, LargestBatch(c)).Floats)) + Arena.Bytes(EdgeFloats(convolutions));

    /// <summary>Computes the call's rows, piece by piece. Yields the cost of each piece (multiply-adds) before it is computed.</summary>
    public IEnumerable<long> Compute(ConvolutionCall call, int firstRow, int endRow)
    {
        if (firstRow < endRow) call.Weights.MakeReady(_team);
        var costPerRow = call.Weights.CostPerPixel * call.OutColumns;
        var rowsPerPiece = (int)Math.Max(1, PieceCost / costPerRow / F6x6.TileSize) * F6x6.TileSize;
        for (var row = firstRow; row < endRow; row += rowsPerPiece)
        {
            var end = Math.Min(endRow, row + rowsPerPiece);
            yield return costPerRow * (end - row);
            ComputeRows(call, row, end);
        }
    }

    /// <summary>Transforms rows for the convolutions that read them.</summary>
    public void Transform(PlainRows source, TransformedRows target, int firstRow, int endRow)
    {
        var kernels = _kernels;
        Each(source.Blocks, firstRow, endRow, (block, row) =>
        {
            source.ClearEnds(block, row);
            kernels.TransformRow(source, target, block, row);
        });
    }

    /// <summary>Calls <paramref name="body"/> with every block and row.</summary>
    public void Each(int blocks, int firstRow, int endRow, Action<int, int> body)
    {
        firstRow = Math.Max(0, firstRow); // tiles may begin above the picture
        var rows = endRow - firstRow;
        if (rows > 0) _team.Run(blocks * rows, (item, _) => body(item / rows, firstRow + item % rows));
    }

    private static int EdgeFloats(IEnumerable<PackedConvolution> convolutions) =>
        (BatchesAtATime + 1) * convolutions.Max(c => BatchEdges.Floats(c.OutBlocks));

    private static int LargestBatch(PackedConvolution convolution) => convolution.Slices > 1 ? WideBatch : NarrowBatch;

    private void ComputeRows(ConvolutionCall call, int firstRow, int endRow)
    {
        call.FirstRow = firstRow;
        call.EndRow = endRow;
        // Whole groups of tiles, in batches of nearly equal size, so many that the threads end together.
        var tiles = call.TileCount;
        var groups = (tiles + Products.GroupTiles - 1) / Products.GroupTiles;
        var batches = (tiles + LargestBatch(call.Weights) - 1) / LargestBatch(call.Weights);
        batches = Math.Min(groups, (batches + _team.Threads - 1) / _team.Threads * _team.Threads);
        int FirstTile(int batch) => Math.Min(tiles, (int)((long)batch * groups / batches) * Products.GroupTiles);
        BatchEdges Edges(int batch) => new(_edges + batch % (BatchesAtATime + 1) * BatchEdges.Floats(call.Weights.OutBlocks), call.Weights.OutBlocks);
        for (var done = 0; done < batches; done += BatchesAtATime)
        {
            var start = done;
            var end = Math.Min(batches, start + BatchesAtATime);
            _team.Run(end - start, (item, worker) =>
            {
                var (first, behind) = (FirstTile(start + item), FirstTile(start + item + 1));
                _kernels.ComputeTiles(call, first, behind - first, _scratch[worker], Edges(start + item));
            });
            if (call.Points is null) continue;
            for (var batch = Math.Max(1, start); batch < end; batch++)
                if (FirstTile(batch) % call.TileColumns != 0) _kernels.Join(call, FirstTile(batch), Edges(batch - 1), Edges(batch));
        }
    }
}
