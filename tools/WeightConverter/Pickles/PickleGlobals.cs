namespace TorchUpscaler.WeightConverter.Pickles;

/// <summary>The allow-list of names in pickles. Whatever is not here is refused where it stands.</summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<(string Module, string Name), object> s_allowed = new()
    {
        [("collections", "OrderedDict")] = PickleFunction.OrderedDict,
        [("torch._utils", "_rebuild_tensor")] = PickleFunction.RebuildTensor,
        [("torch._utils", "_rebuild_tensor_v2")] = PickleFunction.RebuildTensorV2,
        [("torch._utils", "_rebuild_parameter")] = PickleFunction.RebuildParameter,
        [("torch", "FloatStorage")] = new StorageType("FloatStorage", 4),
        [("torch", "HalfStorage")] = new StorageType("HalfStorage", 2),
        [("torch", "BFloat16Storage")] = new StorageType("BFloat16Storage", 2),
        [("torch", "DoubleStorage")] = new StorageType("DoubleStorage", 8),
        [("torch", "LongStorage")] = new StorageType("LongStorage", 8),
        [("torch", "IntStorage")] = new StorageType("IntStorage", 4),
        [("torch", "ShortStorage")] = new StorageType("ShortStorage", 2),
        [("torch", "CharStorage")] = new StorageType("CharStorage", 1),
        [("torch", "ByteStorage")] = new StorageType("ByteStorage", 1),
        [("torch", "BoolStorage")] = new StorageType("BoolStorage", 1),
    };

    /// <summary>The <see cref="PickleFunction"/> or <see cref="StorageType"/> of a name, or null where it is not allowed.</summary>
    internal static object? Find(string module, string name) => s_allowed.GetValueOrDefault((module, name));
}
