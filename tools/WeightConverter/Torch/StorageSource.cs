using System.Buffers.Binary;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pickles;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>Reads tensors' values out of the storages of a PyTorch file.</summary>
/// <param name="file">The file.</param>
/// <param name="find">Where a storage's bytes begin in the file; checked to be all there.</param>
internal sealed class StorageSource(InputFile file, Func<StorageReference, long> find)
{
    /// <summary>The type of a storage's values where they can be turned into 32-bit floats without loss, else null.</summary>
    internal static TensorType? FloatType(StorageType type) => type.Name switch
    {
        "FloatStorage" => TensorType.F32,
        "HalfStorage" => TensorType.F16,
        "BFloat16Storage" => TensorType.BF16,
        _ => null,
    };

    /// <summary>Reads a view's values in row-major order.</summary>
    internal float[] Read(TensorView view)
    {
        var count = view.Count;
        if (count == 0) return [];

        // Only what lies between the view's first and last element is read, whatever the storage holds besides.
        var type = view.Storage.Type;
        var bytes = file.Read(find(view.Storage) + (view.Offset * type.Bytes), view.Span * type.Bytes, $"storage '{view.Storage.Key}'");
        var values = new float[count];
        var index = new long[view.Shape.Length];
        var element = 0L;
        for (var i = 0L; i < count; i++)
        {
            values[i] = Decode(bytes.AsSpan((int)(element * type.Bytes)), type);
            element += Advance(index, view);
        }
        return values;
    }

    /// <summary>Moves the index to the next element in row-major order and says how far that is in the storage.</summary>
    private static long Advance(long[] index, TensorView view)
    {
        var distance = 0L;
        for (var axis = index.Length - 1; axis >= 0; axis--)
        {
            distance += view.Strides[axis];
            if (++index[axis] < view.Shape[axis]) return distance;
            distance -= view.Shape[axis] * view.Strides[axis];
            index[axis] = 0;
        }
        return distance;
    }

    private static float Decode(ReadOnlySpan<byte> bytes, StorageType type) => type.Name switch
    {
        "FloatStorage" => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        "HalfStorage" => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
    };
}
