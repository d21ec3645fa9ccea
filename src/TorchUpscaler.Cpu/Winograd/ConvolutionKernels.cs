using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>The convolution's inner loops, for one vector width.</summary>
internal abstract unsafe class ConvolutionKernels
{
    /// <summary>Tiles of a batch at most.</summary>
    public const int MaxTiles = 64;

    private static readonly float[] ZeroRow = GC.AllocateArray<float>(MaxTiles * PlainRows.Block, pinned: true);

    /// <summary>The widest that this machine has.</summary>
    public static ConvolutionKernels ForThisMachine { get; } =
        Vector512.IsHardwareAccelerated ? new ConvolutionKernels<Lanes512>("AVX-512")
        : Avx2.IsSupported && Fma.IsSupported ? new ConvolutionKernels<Lanes256>("AVX2")
        : new ConvolutionKernels<Lanes128>(Vector128.IsHardwareAccelerated ? "128-bit vectors" : "no vectors");

    /// <summary>What stands for a row outside the picture: MaxTiles tiles of one point, all zero.</summary>
    protected static float* Zeros => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(ZeroRow));

    /// <summary>The width in words, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The first half of the input transform: one row of one block into its tiles' eight points.</summary>
    /// <param name="source">The row; both of its ends must have been cleared.</param>
    /// <param name="target">Takes the same row and block.</param>
    public abstract void TransformRow(PlainRows source, TransformedRows target, int block, int row);

    /// <summary>Computes a batch of tiles of a convolution, from transformed rows to finished output pixels and their points.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="firstTile">The first tile, in reading order.</param>
    /// <param name="tiles">How many.</param>
    /// <param name="scratch">The worker's own memory, as <see cref="ScratchLayout"/> says.</param>
    /// <param name="edges">Takes the batch's outermost columns for <see cref="Join"/>.</param>
    public abstract void ComputeTiles(ConvolutionCall call, int firstTile, int tiles, float* scratch, BatchEdges edges);

    /// <summary>Adds to the points at a cut between two batches what each lacks of the other, once both have been computed.</summary>
    /// <param name="call">The convolution.</param>
    /// <param name="tile">The first tile behind the cut.</param>
    /// <param name="before">The edges of the batch that ends there.</param>
    /// <param name="after">The edges of the batch that begins there.</param>
    public abstract void Join(ConvolutionCall call, int tile, BatchEdges before, BatchEdges after);
}
