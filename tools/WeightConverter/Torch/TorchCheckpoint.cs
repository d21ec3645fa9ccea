using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pickles;

namespace TorchUpscaler.WeightConverter.Torch;

/// <summary>Finds the network's tensors in what torch.save wrote: plain, or under <c>params_ema</c>, <c>params</c> and the like.</summary>
internal static class TorchCheckpoint
{
    private const int MaximumDepth = 4;

    /// <summary>Keys under which training programs keep a network's weights; the first that is there is taken.</summary>
    private static readonly string[] s_containers =
        ["params_ema", "params", "state_dict", "model_state_dict", "generator", "net_g", "model"];

    internal static Checkpoint Read(InputFile file, bool isZip, CancellationToken cancel)
    {
        var (root, storages) = isZip ? TorchZip.Read(file) : TorchLegacy.Read(file);
        var (weights, path) = Descend(file, root);
        var tensors = Collect(file, weights, storages);
        var format = $"PyTorch {(isZip ? "zip" : "legacy")} file{path}, {DescribeTypes(tensors)}";
        return new Checkpoint(format, [SourcePart.Of(file, cancel)], tensors, file);
    }

    private static (PyDict Weights, string Path) Descend(InputFile file, object? root)
    {
        var weights = root as PyDict
            ?? throw file.Refused($"holds {Describe(root)} where a dict of tensors is expected"
                + "; save the model's state_dict() with torch.save");
        RequireSingleKeys(file, weights);
        var path = "";
        for (var depth = 0; depth < MaximumDepth; depth++)
        {
            var key = s_containers.FirstOrDefault(key => weights.Find(key) is PyDict);
            if (key is null) return (weights, path);
            weights = (PyDict)weights.Find(key)!;
            RequireSingleKeys(file, weights);
            path += $", {key}";
        }
        throw file.Refused($"nests its weights more than {MaximumDepth} deep; save the model's state_dict() with torch.save");
    }

    /// <summary>Which of two values is meant depends on who reads them, so neither is taken.</summary>
    private static void RequireSingleKeys(InputFile file, PyDict dict)
    {
        if (dict.FindDouble() is { } key)
            throw file.Refused($"is refused: the key '{key}' stands twice in its pickle, which torch.save never does; download it again");
    }

    private static List<SourceTensor> Collect(InputFile file, PyDict weights, StorageSource storages)
    {
        var tensors = new List<SourceTensor>();
        foreach (var (key, value) in weights.Pairs)
        {
            if (key is not string name) throw file.Refused($"has {Describe(key)} as a key where a tensor's name is expected");
            if (value is not TensorView view)
                throw file.Refused($"has {Describe(value)} under '{name}' where a tensor is expected"
                    + "; save the model's state_dict() with torch.save");
            if (StorageSource.FloatType(view.Storage.Type) is not { } type)
                throw file.Refused($"has '{name}' as {view.Storage.Type.Name}"
                    + "; only fp32, fp16 and bf16 are converted: call float() on the model and save it again");
            tensors.Add(new SourceTensor(name, view.Shape, type, () => storages.Read(view)));
        }
        RequireApart(file, [.. weights.Pairs.Select(pair => (TensorView)pair.Value!)]);
        return tensors;
    }

    /// <summary>
    /// Tensors over the same values could make a large network of a small file, and a few values far apart in a large storage
    /// would be read over and over.
    /// </summary>
    private static void RequireApart(InputFile file, List<TensorView> views)
    {
        var reached = views.Aggregate((Int128)0, (sum, view) => sum + Math.Max(view.Count, view.Span));
        var held = views.Select(view => view.Storage).DistinctBy(storage => storage.Key).Aggregate((Int128)0, (sum, storage) => sum + storage.Count);
        if (reached > held)
            throw file.Refused($"is refused: its tensors reach over {reached} values and its storages hold {held}, so some overlap"
                + "; clone() the tensors in PyTorch and save them again");
    }

    private static string DescribeTypes(List<SourceTensor> tensors) => string.Join(" and ", tensors
        .Select(tensor => tensor.Type switch { TensorType.F32 => "fp32", TensorType.F16 => "fp16", _ => "bf16" })
        .Distinct().Order(StringComparer.Ordinal));

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PyDict => "a dict",
        PyList => "a list",
        PyTuple => "a tuple",
        TensorView => "a tensor",
        string => "a text",
        bool => "a truth value",
        long or double or System.Numerics.BigInteger => "a number",
        _ => "something else",
    };
}
