using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchUpscaler.Cpu.Simd;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>The steps that a batch of tiles goes through, each by itself, on memory as the engine lays it out.</summary>
internal abstract class BatchSteps : IDisposable
{
    /// <summary>The vector widths of this machine, the widest first.</summary>
    public static IEnumerable<string> Widths()
    {
        if (Vector512.IsHardwareAccelerated) yield return "AVX-512";
        if (Avx2.IsSupported && Fma.IsSupported) yield return "AVX2";
        yield return "128-bit";
    }

    /// <summary>The steps of one of the dense block's convolutions, 1 to 5, at a vector width.</summary>
    public static BatchSteps Of(string width, int convolution) => width switch
    {
        "AVX-512" => new BatchSteps<Lanes512>(width, convolution),
        "AVX2" => new BatchSteps<Lanes256>(width, convolution),
        _ => new BatchSteps<Lanes128>(width, convolution),
    };

    /// <summary>Along a row, for all rows and blocks of the block's input, as it is done with rows that are carried.</summary>
    public abstract void TransformRows();

    /// <summary>Down the columns, at one of the eight points across.</summary>
    public abstract void TransformDown();

    /// <summary>The products at one of the eight points across.</summary>
    public abstract void Multiply();

    /// <summary>The first half of the output transform, at one of the eight points across.</summary>
    public abstract void TransformUp();

    /// <summary>The second half of the output transform with bias, activation and residual, and the transform along the row for the next convolutions.</summary>
    public abstract void Finish();

    /// <summary>All of it but the input's rows.</summary>
    public abstract void Whole();

    public abstract void Dispose();
}

/// <summary>At one vector width.</summary>
internal sealed unsafe class BatchSteps<T> : BatchSteps where T : unmanaged, ILanes<T>
{
    private const int Across = 3; // any point; all cost the same

    private readonly ConvolutionKernels<T> _kernels;
    private readonly DenseConvolution _convolution;
    private readonly int _tiles;
    private readonly float* _scratch;
    private readonly float** _ahead; // [8 down][groups][in blocks]
    private readonly BatchEdges _edges;

    public BatchSteps(string width, int convolution)
    {
        _kernels = new ConvolutionKernels<T>(width);
        _convolution = new DenseConvolution(convolution, _kernels);
        _tiles = convolution < 5 ? 48 : 36; // as the engine cuts them
        var layout = new ScratchLayout(_convolution.Weights, _tiles);
        _scratch = _convolution.Arena.Allocate(layout.Floats);
        _ahead = (float**)_convolution.Arena.Allocate(sizeof(float*) / sizeof(float) * F6x6.Points * layout.Groups * _convolution.Weights.InBlocks);
        var blocks = _convolution.Weights.OutBlocks;
        _edges = new BatchEdges(_convolution.Arena.Allocate(BatchEdges.Floats(blocks)), blocks);
        ConvolutionKernels<T>.LookAhead(_convolution.Call, layout, 0, Across, _ahead);
        Whole(); // so that every step reads what it would read
    }

    public override void TransformRows()
    {
        for (var block = 0; block < _convolution.Source.Blocks; block++)
            for (var row = 0; row < DenseConvolution.Rows; row++) _kernels.TransformRow(_convolution.Source, _convolution.SourceTransformed, block, row);
    }

    public override void TransformDown() =>
        ConvolutionKernels<T>.TransformDown(_convolution.Call, new ScratchLayout(_convolution.Weights, _tiles), 0, _tiles, Across, _scratch);

    public override void Multiply()
    {
        var weights = _convolution.Weights;
        var layout = new ScratchLayout(weights, _tiles);
        for (var slice = 0; slice < weights.Slices; slice++)
            for (var down = 0; down < F6x6.Points; down++)
                for (var group = 0; group < layout.Groups; group++)
                    Products.Group<T>(_scratch + (down * layout.InputStride) + (group * layout.GroupInputs), weights.Weights(slice, Across, down),
                        _scratch + layout.Products0 + (down * layout.ProductStride) + (group * Products.GroupTiles * PackedConvolution.SliceWidth),
                        PackedConvolution.SliceWidth, weights.InBlocks, Products.GroupTiles, _ahead + (((down * layout.Groups) + group) * weights.InBlocks));
    }

    public override void TransformUp()
    {
        var layout = new ScratchLayout(_convolution.Weights, _tiles);
        for (var slice = 0; slice < _convolution.Weights.Slices; slice++)
            ConvolutionKernels<T>.TransformUp(layout, _tiles * PackedConvolution.SliceWidth, _scratch + layout.Products0,
                _scratch + layout.Outputs0 + (slice * layout.SliceStride) + (Across * layout.OutputStride));
    }

    public override void Finish()
    {
        var layout = new ScratchLayout(_convolution.Weights, _tiles);
        for (var slice = 0; slice < _convolution.Weights.Slices; slice++)
            Epilogue<T>.Finish(_convolution.Call, layout, 0, _tiles, slice, _scratch + layout.Outputs0 + (slice * layout.SliceStride), _edges);
    }

    public override void Whole() => _kernels.ComputeTiles(_convolution.Call, 0, _tiles, _scratch, _edges);

    public override void Dispose() => _convolution.Dispose();
}
