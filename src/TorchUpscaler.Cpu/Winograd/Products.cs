using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// The products of one Winograd point: for every tile t of a group and every output channel o,
/// <c>m[t][o] = Σ v[t][c] · u[c][o]</c> over the input channels c. Every sum runs over c in the same order, so that a tile's
/// result does not depend on the group that it is computed in. The kernels are unrolled so that their accumulators fill the
/// machine's registers: 24 of AVX-512's 32, 12 of AVX2's 16, 8 of SSE's 16.
/// </summary>
internal static unsafe class Products
{
    /// <summary>Tiles of a group: their transformed inputs lie together as <c>[in blocks][12][16]</c>.</summary>
    public const int GroupTiles = 12;

    /// <summary>Tiles are computed in steps of four; those that fill up a step have no meaning.</summary>
    public const int TileStep = 4;

    private const int Block = 16;

    /// <summary>Computes the products of a group.</summary>
    /// <param name="v">Transformed input, <c>[blocks][12][16]</c>.</param>
    /// <param name="u">Transformed weights, <c>[blocks · 16][width]</c>.</param>
    /// <param name="m">Products, <c>[12][width]</c>; at least <paramref name="tiles"/> of them are written.</param>
    /// <param name="width">Output channels: 32 or 16.</param>
    /// <param name="blocks">Blocks of input channels.</param>
    /// <param name="tiles">Tiles that matter, 1 to 12.</param>
    /// <param name="ahead">
    /// For each block of input channels, 16 cache lines that will be read soon: they come to the second-level cache while the
    /// products keep the arithmetic units busy.
    /// </param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Group<T>(float* v, float* u, float* m, int width, int blocks, int tiles, float** ahead) where T : unmanaged, ILanes<T>
    {
        if (T.Count == 16) Group512<T>(v, u, m, width, blocks, tiles, ahead);
        else if (T.Count == 8) Group256<T>(v, u, m, width, blocks, tiles, ahead);
        else Group128<T>(v, u, m, width, blocks, tiles, ahead);
    }

    private static void Group512<T>(float* v, float* u, float* m, int width, int blocks, int tiles, float** ahead) where T : unmanaged, ILanes<T>
    {
        if (tiles > 2 * TileStep)
        {
            if (width == 2 * Block) Tiles12x2<T>(v, u, width, m, width, blocks, ahead);
            else Tiles12x1<T>(v, u, width, m, width, blocks, ahead);
            return;
        }

        for (var t = 0; t < tiles; t += TileStep)
        {
            if (width == 2 * Block) Tiles4x2<T>(v + t * Block, u, width, m + t * width, width, blocks, ahead);
            else Tiles4x1<T>(v + t * Block, u, width, m + t * width, width, blocks, ahead);
        }
    }

    private static void Group256<T>(float* v, float* u, float* m, int width, int blocks, int tiles, float** ahead) where T : unmanaged, ILanes<T>
    {
        for (var o = 0; o < width; o += 2 * T.Count)
        {
            if (tiles > 2 * TileStep)
            {
                Tiles6x2<T>(v, u + o, width, m + o, width, blocks, ahead);
                Tiles6x2<T>(v + 6 * Block, u + o, width, m + 6 * width + o, width, blocks, ahead);
                continue;
            }

            for (var t = 0; t < tiles; t += TileStep)
                Tiles4x2<T>(v + t * Block, u + o, width, m + t * width + o, width, blocks, ahead);
        }
    }

    private static void Group128<T>(float* v, float* u, float* m, int width, int blocks, int tiles, float** ahead) where T : unmanaged, ILanes<T>
    {
        for (var o = 0; o < width; o += 2 * T.Count)
            for (var t = 0; t < tiles; t += TileStep)
                Tiles4x2<T>(v + t * Block, u + o, width, m + t * width + o, width, blocks, ahead);
    }

    /// <summary>24 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles12x2<T>(float* v, float* u, int uStride, float* m, int mStride, int blocks, float** ahead) where T : unmanaged, ILanes<T>
    {
        T a00 = default, a01 = default, a10 = default, a11 = default, a20 = default, a21 = default, a30 = default, a31 = default;
        T a40 = default, a41 = default, a50 = default, a51 = default, a60 = default, a61 = default, a70 = default, a71 = default;
        T a80 = default, a81 = default, a90 = default, a91 = default, aA0 = default, aA1 = default, aB0 = default, aB1 = default;
        for (var block = 0; block < blocks; block++, v += GroupTiles * Block)
        {
            var next = ahead[block];
            for (var c = 0; c < Block; c++, u += uStride)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next + c * Block);
                var u0 = T.Load(u);
                var u1 = T.Load(u + T.Count);
                var x = T.Broadcast(v + c);
                a00 = T.MultiplyAdd(x, u0, a00);
                a01 = T.MultiplyAdd(x, u1, a01);
                x = T.Broadcast(v + Block + c);
                a10 = T.MultiplyAdd(x, u0, a10);
                a11 = T.MultiplyAdd(x, u1, a11);
                x = T.Broadcast(v + 2 * Block + c);
                a20 = T.MultiplyAdd(x, u0, a20);
                a21 = T.MultiplyAdd(x, u1, a21);
                x = T.Broadcast(v + 3 * Block + c);
                a30 = T.MultiplyAdd(x, u0, a30);
                a31 = T.MultiplyAdd(x, u1, a31);
                x = T.Broadcast(v + 4 * Block + c);
                a40 = T.MultiplyAdd(x, u0, a40);
                a41 = T.MultiplyAdd(x, u1, a41);
                x = T.Broadcast(v + 5 * Block + c);
                a50 = T.MultiplyAdd(x, u0, a50);
                a51 = T.MultiplyAdd(x, u1, a51);
                x = T.Broadcast(v + 6 * Block + c);
                a60 = T.MultiplyAdd(x, u0, a60);
                a61 = T.MultiplyAdd(x, u1, a61);
                x = T.Broadcast(v + 7 * Block + c);
                a70 = T.MultiplyAdd(x, u0, a70);
                a71 = T.MultiplyAdd(x, u1, a71);
                x = T.Broadcast(v + 8 * Block + c);
                a80 = T.MultiplyAdd(x, u0, a80);
                a81 = T.MultiplyAdd(x, u1, a81);
                x = T.Broadcast(v + 9 * Block + c);
                a90 = T.MultiplyAdd(x, u0, a90);
                a91 = T.MultiplyAdd(x, u1, a91);
                x = T.Broadcast(v + 10 * Block + c);
                aA0 = T.MultiplyAdd(x, u0, aA0);
                aA1 = T.MultiplyAdd(x, u1, aA1);
                x = T.Broadcast(v + 11 * Block + c);
                aB0 = T.MultiplyAdd(x, u0, aB0);
                aB1 = T.MultiplyAdd(x, u1, aB1);
            }
        }

        a00.Store(m);
        a01.Store(m + T.Count);
        a10.Store(m + mStride);
        a11.Store(m + mStride + T.Count);
        a20.Store(m + 2 * mStride);
        a21.Store(m + 2 * mStride + T.Count);
        a30.Store(m + 3 * mStride);
        a31.Store(m + 3 * mStride + T.Count);
        a40.Store(m + 4 * mStride);
        a41.Store(m + 4 * mStride + T.Count);
        a50.Store(m + 5 * mStride);
        a51.Store(m + 5 * mStride + T.Count);
        a60.Store(m + 6 * mStride);
        a61.Store(m + 6 * mStride + T.Count);
        a70.Store(m + 7 * mStride);
        a71.Store(m + 7 * mStride + T.Count);
        a80.Store(m + 8 * mStride);
        a81.Store(m + 8 * mStride + T.Count);
        a90.Store(m + 9 * mStride);
        a91.Store(m + 9 * mStride + T.Count);
        aA0.Store(m + 10 * mStride);
        aA1.Store(m + 10 * mStride + T.Count);
        aB0.Store(m + 11 * mStride);
        aB1.Store(m + 11 * mStride + T.Count);
    }

    /// <summary>12 accumulators, for a slice of 16 channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles12x1<T>(float* v, float* u, int uStride, float* m, int mStride, int blocks, float** ahead) where T : unmanaged, ILanes<T>
    {
        T a00 = default, a10 = default, a20 = default, a30 = default, a40 = default, a50 = default, a60 = default, a70 = default;
        T a80 = default, a90 = default, aA0 = default, aB0 = default;
        for (var block = 0; block < blocks; block++, v += GroupTiles * Block)
        {
            var next = ahead[block];
            for (var c = 0; c < Block; c++, u += uStride)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next + c * Block);
                var u0 = T.Load(u);
                var x = T.Broadcast(v + c);
                a00 = T.MultiplyAdd(x, u0, a00);
                x = T.Broadcast(v + Block + c);
                a10 = T.MultiplyAdd(x, u0, a10);
                x = T.Broadcast(v + 2 * Block + c);
                a20 = T.MultiplyAdd(x, u0, a20);
                x = T.Broadcast(v + 3 * Block + c);
                a30 = T.MultiplyAdd(x, u0, a30);
                x = T.Broadcast(v + 4 * Block + c);
                a40 = T.MultiplyAdd(x, u0, a40);
                x = T.Broadcast(v + 5 * Block + c);
                a50 = T.MultiplyAdd(x, u0, a50);
                x = T.Broadcast(v + 6 * Block + c);
                a60 = T.MultiplyAdd(x, u0, a60);
                x = T.Broadcast(v + 7 * Block + c);
                a70 = T.MultiplyAdd(x, u0, a70);
                x = T.Broadcast(v + 8 * Block + c);
                a80 = T.MultiplyAdd(x, u0, a80);
                x = T.Broadcast(v + 9 * Block + c);
                a90 = T.MultiplyAdd(x, u0, a90);
                x = T.Broadcast(v + 10 * Block + c);
                aA0 = T.MultiplyAdd(x, u0, aA0);
                x = T.Broadcast(v + 11 * Block + c);
                aB0 = T.MultiplyAdd(x, u0, aB0);
            }
        }

        a00.Store(m);
        a10.Store(m + mStride);
        a20.Store(m + 2 * mStride);
        a30.Store(m + 3 * mStride);
        a40.Store(m + 4 * mStride);
        a50.Store(m + 5 * mStride);
        a60.Store(m + 6 * mStride);
        a70.Store(m + 7 * mStride);
        a80.Store(m + 8 * mStride);
        a90.Store(m + 9 * mStride);
        aA0.Store(m + 10 * mStride);
        aB0.Store(m + 11 * mStride);
    }

    /// <summary>12 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles6x2<T>(float* v, float* u, int uStride, float* m, int mStride, int blocks, float** ahead) where T : unmanaged, ILanes<T>
    {
        T a00 = default, a01 = default, a10 = default, a11 = default, a20 = default, a21 = default, a30 = default, a31 = default;
        T a40 = default, a41 = default, a50 = default, a51 = default;
        for (var block = 0; block < blocks; block++, v += GroupTiles * Block)
        {
            var next = ahead[block];
            for (var c = 0; c < Block; c++, u += uStride)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next + c * Block);
                var u0 = T.Load(u);
                var u1 = T.Load(u + T.Count);
                var x = T.Broadcast(v + c);
                a00 = T.MultiplyAdd(x, u0, a00);
                a01 = T.MultiplyAdd(x, u1, a01);
                x = T.Broadcast(v + Block + c);
                a10 = T.MultiplyAdd(x, u0, a10);
                a11 = T.MultiplyAdd(x, u1, a11);
                x = T.Broadcast(v + 2 * Block + c);
                a20 = T.MultiplyAdd(x, u0, a20);
                a21 = T.MultiplyAdd(x, u1, a21);
                x = T.Broadcast(v + 3 * Block + c);
                a30 = T.MultiplyAdd(x, u0, a30);
                a31 = T.MultiplyAdd(x, u1, a31);
                x = T.Broadcast(v + 4 * Block + c);
                a40 = T.MultiplyAdd(x, u0, a40);
                a41 = T.MultiplyAdd(x, u1, a41);
                x = T.Broadcast(v + 5 * Block + c);
                a50 = T.MultiplyAdd(x, u0, a50);
                a51 = T.MultiplyAdd(x, u1, a51);
            }
        }

        a00.Store(m);
        a01.Store(m + T.Count);
        a10.Store(m + mStride);
        a11.Store(m + mStride + T.Count);
        a20.Store(m + 2 * mStride);
        a21.Store(m + 2 * mStride + T.Count);
        a30.Store(m + 3 * mStride);
        a31.Store(m + 3 * mStride + T.Count);
        a40.Store(m + 4 * mStride);
        a41.Store(m + 4 * mStride + T.Count);
        a50.Store(m + 5 * mStride);
        a51.Store(m + 5 * mStride + T.Count);
    }

    /// <summary>8 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles4x2<T>(float* v, float* u, int uStride, float* m, int mStride, int blocks, float** ahead) where T : unmanaged, ILanes<T>
    {
        T a00 = default, a01 = default, a10 = default, a11 = default, a20 = default, a21 = default, a30 = default, a31 = default;
        for (var block = 0; block < blocks; block++, v += GroupTiles * Block)
        {
            var next = ahead[block];
            for (var c = 0; c < Block; c++, u += uStride)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next + c * Block);
                var u0 = T.Load(u);
                var u1 = T.Load(u + T.Count);
                var x = T.Broadcast(v + c);
                a00 = T.MultiplyAdd(x, u0, a00);
                a01 = T.MultiplyAdd(x, u1, a01);
                x = T.Broadcast(v + Block + c);
                a10 = T.MultiplyAdd(x, u0, a10);
                a11 = T.MultiplyAdd(x, u1, a11);
                x = T.Broadcast(v + 2 * Block + c);
                a20 = T.MultiplyAdd(x, u0, a20);
                a21 = T.MultiplyAdd(x, u1, a21);
                x = T.Broadcast(v + 3 * Block + c);
                a30 = T.MultiplyAdd(x, u0, a30);
                a31 = T.MultiplyAdd(x, u1, a31);
            }
        }

        a00.Store(m);
        a01.Store(m + T.Count);
        a10.Store(m + mStride);
        a11.Store(m + mStride + T.Count);
        a20.Store(m + 2 * mStride);
        a21.Store(m + 2 * mStride + T.Count);
        a30.Store(m + 3 * mStride);
        a31.Store(m + 3 * mStride + T.Count);
    }

    /// <summary>4 accumulators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles4x1<T>(float* v, float* u, int uStride, float* m, int mStride, int blocks, float** ahead) where T : unmanaged, ILanes<T>
    {
        T a00 = default, a10 = default, a20 = default, a30 = default;
        for (var block = 0; block < blocks; block++, v += GroupTiles * Block)
        {
            var next = ahead[block];
            for (var c = 0; c < Block; c++, u += uStride)
            {
                if (Sse.IsSupported) Sse.Prefetch1(next + c * Block);
                var u0 = T.Load(u);
                var x = T.Broadcast(v + c);
                a00 = T.MultiplyAdd(x, u0, a00);
                x = T.Broadcast(v + Block + c);
                a10 = T.MultiplyAdd(x, u0, a10);
                x = T.Broadcast(v + 2 * Block + c);
                a20 = T.MultiplyAdd(x, u0, a20);
                x = T.Broadcast(v + 3 * Block + c);
                a30 = T.MultiplyAdd(x, u0, a30);
            }
        }

        a00.Store(m);
        a10.Store(m + mStride);
        a20.Store(m + 2 * mStride);
        a30.Store(m + 3 * mStride);
    }
}
