using System.Runtime.CompilerServices;
using TorchUpscaler.Cpu.Simd;

namespace TorchUpscaler.Cpu.Winograd;

/// <summary>
/// Winograd's minimal filtering F(6×6, 3×3): 64 products for 36 outputs of a 3×3 convolution where the plain way takes 324.
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308; the interpolation points are
/// 0, ±1, ±2, ±1/2 and infinity. With the input tile d, the kernel g and the output tile y:
/// <c>y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A</c>.
/// </summary>
internal static unsafe class F6x6
{
    /// <summary>Output rows and columns of a tile.</summary>
    public const int TileSize = 6;

    /// <summary>Input rows and columns of a tile, and points of each one-dimensional transform.</summary>
    public const int Points = 8;

    /// <summary>G, <c>[8][3]</c>: from a kernel's row to its values at the points.</summary>
    public static readonly double[,] KernelMatrix =
    {
        { 1, 0, 0 },
        { -2.0 / 9, -2.0 / 9, -2.0 / 9 },
        { -2.0 / 9, 2.0 / 9, -2.0 / 9 },
        { 1.0 / 90, 1.0 / 45, 2.0 / 45 },
        { 1.0 / 90, -1.0 / 45, 2.0 / 45 },
        { 32.0 / 45, 16.0 / 45, 8.0 / 45 },
        { 32.0 / 45, -16.0 / 45, 8.0 / 45 },
        { 0, 0, 1 },
    };

    /// <summary>
    /// Bᵀ on one register of eight neighbours:
    /// <code>
    /// 1    0   -21/4    0    21/4    0   -1  0
    /// 0    1     1    -17/4 -17/4    1    1  0
    /// 0   -1     1     17/4 -17/4   -1    1  0
    /// 0   1/2   1/4   -5/2   -5/4    2    1  0
    /// 0  -1/2   1/4    5/2   -5/4   -2    1  0
    /// 0    2     4    -5/2    -5    1/2   1  0
    /// 0   -2     4     5/2    -5   -1/2   1  0
    /// 0   -1     0    21/4     0  -21/4   0  1
    /// </code>
    /// </summary>
    /// <param name="d0">The first of the eight inputs; the others follow.</param>
    /// <param name="target">Point 0 of the result.</param>
    /// <param name="stride">Floats from one point of the result to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformInput<T>(T d0, T d1, T d2, T d3, T d4, T d5, T d6, T d7, float* target, nint stride)
        where T : unmanaged, ILanes<T>
    {
        TransformInner(d1, d2, d3, d4, d5, d6, target, stride, out var first, out var last);
        (d0 - first).Store(target);
        (d7 - last).Store(target + 7 * stride);
    }

    /// <summary>
    /// Bᵀ as far as a tile's own six pixels go, d1 to d6. Each neighbour adds one term to one point: point 0 is
    /// d0 - <paramref name="first"/>, point 7 is d7 - <paramref name="last"/>. So a neighbour that comes later is added later, and the sum is
    /// the same to the bit.
    /// </summary>
    /// <param name="d1">The first of the six; the others follow.</param>
    /// <param name="target">Point 0 of the result; points 1 to 6 are stored.</param>
    /// <param name="stride">Floats from one point of the result to the next.</param>
    /// <param name="first">What is taken from d0 for point 0.</param>
    /// <param name="last">What is taken from d7 for point 7.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformInner<T>(T d1, T d2, T d3, T d4, T d5, T d6, float* target, nint stride, out T first, out T last)
        where T : unmanaged, ILanes<T>
    {
        first = T.MultiplyAdd(d2 - d4, T.Create(5.25f), d6);
        last = T.MultiplyAdd(d5 - d3, T.Create(5.25f), d1);

        var even = T.MultiplyAdd(d4, T.Create(-4.25f), d2 + d6);
        var odd = T.MultiplyAdd(d3, T.Create(-4.25f), d1 + d5);
        (even + odd).Store(target + stride);
        (even - odd).Store(target + 2 * stride);

        even = T.MultiplyAdd(d2, T.Create(0.25f), T.MultiplyAdd(d4, T.Create(-1.25f), d6));
        odd = T.MultiplyAdd(d1, T.Create(0.5f), T.MultiplyAdd(d3, T.Create(-2.5f), d5 + d5));
        (even + odd).Store(target + 3 * stride);
        (even - odd).Store(target + 4 * stride);

        even = T.MultiplyAdd(d2, T.Create(4f), T.MultiplyAdd(d4, T.Create(-5f), d6));
        odd = T.MultiplyAdd(d5, T.Create(0.5f), T.MultiplyAdd(d3, T.Create(-2.5f), d1 + d1));
        (even + odd).Store(target + 5 * stride);
        (even - odd).Store(target + 6 * stride);
    }

    /// <summary>
    /// Aᵀ on one register of eight points:
    /// <code>
    /// 1  1   1   1    1    1     1    0
    /// 0  1  -1   2   -2   1/2  -1/2   0
    /// 0  1   1   4    4   1/4   1/4   0
    /// 0  1  -1   8   -8   1/8  -1/8   0
    /// 0  1   1  16   16   1/16  1/16  0
    /// 0  1  -1  32  -32   1/32 -1/32  1
    /// </code>
    /// </summary>
    /// <param name="source">Point 0 of the register.</param>
    /// <param name="stride">Floats from one point to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TransformOutput<T>(float* source, nint stride, out T y0, out T y1, out T y2, out T y3, out T y4, out T y5)
        where T : unmanaged, ILanes<T>
    {
        T m1 = T.Load(source + stride), m2 = T.Load(source + 2 * stride);
        T m3 = T.Load(source + 3 * stride), m4 = T.Load(source + 4 * stride);
        T m5 = T.Load(source + 5 * stride), m6 = T.Load(source + 6 * stride);
        T sum1 = m1 + m2, sum2 = m3 + m4, sumHalf = m5 + m6;
        T difference1 = m1 - m2, difference2 = m3 - m4, differenceHalf = m5 - m6;

        y0 = T.Load(source) + sum1 + (sum2 + sumHalf);
        y1 = T.MultiplyAdd(differenceHalf, T.Create(1f / 2), T.MultiplyAdd(difference2, T.Create(2f), difference1));
        y2 = T.MultiplyAdd(sumHalf, T.Create(1f / 4), T.MultiplyAdd(sum2, T.Create(4f), sum1));
        y3 = T.MultiplyAdd(differenceHalf, T.Create(1f / 8), T.MultiplyAdd(difference2, T.Create(8f), difference1));
        y4 = T.MultiplyAdd(sumHalf, T.Create(1f / 16), T.MultiplyAdd(sum2, T.Create(16f), sum1));
        y5 = T.MultiplyAdd(differenceHalf, T.Create(1f / 32), T.MultiplyAdd(difference2, T.Create(32f), difference1))
             + T.Load(source + 7 * stride);
    }
}
