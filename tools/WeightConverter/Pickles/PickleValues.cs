namespace TorchUpscaler.WeightConverter.Pickles;

/// <summary>A Python dict or OrderedDict. Pairs stay in a list: nothing is hashed, so no input can make hashes collide.</summary>
internal sealed class PyDict
{
    internal List<(object? Key, object? Value)> Pairs { get; } = [];

    /// <summary>The value of a text key, the last one where it stands several times, as in Python.</summary>
    internal object? Find(string key)
    {
        for (var i = Pairs.Count - 1; i >= 0; i--)
            if (Pairs[i].Key is string text && text == key) return Pairs[i].Value;
        return null;
    }

    /// <summary>A text key that stands several times, which no dict of Python's can have; null where there is none.</summary>
    internal string? FindDouble()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        return Pairs.Select(pair => pair.Key).OfType<string>().FirstOrDefault(key => !keys.Add(key));
    }
}

/// <summary>A Python list.</summary>
internal sealed class PyList
{
    internal List<object?> Items { get; } = [];
}

/// <summary>A Python tuple.</summary>
internal sealed class PyTuple(object?[] items)
{
    internal object?[] Items => items;
}

/// <summary>Element type of a storage, by PyTorch's name for it.</summary>
/// <param name="Name">For example <c>FloatStorage</c>.</param>
/// <param name="Bytes">Bytes of an element.</param>
internal sealed record StorageType(string Name, int Bytes);

/// <summary>A storage as a pickle refers to it: a run of elements that lies elsewhere in the file.</summary>
/// <param name="Type">Its element type.</param>
/// <param name="Key">Its name in the file.</param>
/// <param name="Count">Its number of elements.</param>
internal sealed record StorageReference(StorageType Type, string Key, long Count);

/// <summary>A tensor as a pickle describes it: a strided view of a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">Its first element.</param>
/// <param name="Shape">Dimensions, slowest first.</param>
/// <param name="Strides">Elements from one index to the next, for each dimension.</param>
internal sealed record TensorView(StorageReference Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Number of its values.</summary>
    internal long Count => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>Elements of the storage from its first to its last, whether they belong to it or not.</summary>
    internal long Span => Count == 0 ? 0 : 1 + Shape.Zip(Strides).Sum(axis => (axis.First - 1) * axis.Second);
}

/// <summary>The functions and classes that a pickle may name and that are carried out as data; nothing is ever looked up or run.</summary>
internal enum PickleFunction
{
    OrderedDict,
    RebuildTensor,
    RebuildTensorV2,
    RebuildParameter,
}
