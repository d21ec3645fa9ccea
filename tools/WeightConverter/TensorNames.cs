using System.Globalization;
using System.Text.RegularExpressions;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter;

/// <summary>Gives tensors the names of the original definition, whichever program wrote them.</summary>
internal static partial class TensorNames
{
    /// <summary>What torch.nn.DataParallel puts in front of every name.</summary>
    private const string ParallelPrefix = "module.";

    /// <summary>Names of the ESRGAN repository's own definition.</summary>
    private static readonly Dictionary<string, string> s_esrganLayers = new()
    {
        ["trunk_conv"] = "conv_body",
        ["upconv1"] = "conv_up1",
        ["upconv2"] = "conv_up2",
        ["upconv3"] = "conv_up3",
        ["HRconv"] = "conv_hr",
    };

    internal static List<SourceTensor> Canonical(string file, IReadOnlyList<SourceTensor> tensors)
    {
        var names = WithoutPrefix([.. tensors.Select(tensor => tensor.Name)]);
        if (names.Contains("model.0.weight")) names = FromSequential(file, names);
        else if (names.Contains("trunk_conv.weight")) names = names.ConvertAll(FromEsrgan);

        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw new WeightsException($"{file} is refused: two of its tensors are both '{twice.Key}'");
        return [.. tensors.Zip(names, (tensor, name) => tensor with { Name = name })];
    }

    private static List<string> WithoutPrefix(List<string> names) =>
        names.TrueForAll(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            ? names.ConvertAll(name => name[ParallelPrefix.Length..])
            : names;

    /// <summary>
    /// The first ESRGAN models count the layers of one nn.Sequential: 0 is conv_first, 1 the trunk with conv_body as its
    /// last part, then an enlargement, its convolution and its activation for every ×2, then conv_hr, an activation, conv_last.
    /// </summary>
    private static List<string> FromSequential(string file, List<string> names)
    {
        var last = names.Select(name => SequentialLayer().Match(name)).Where(match => match.Success).Max(match => Number(match.Groups[1]));
        if (last < 4 || last % 3 != 1)
            throw new WeightsException($"{file} is refused: its last layer is 'model.{last}', which fits no enlargement by 2"
                + "; choose a model of the ESRGAN family");
        return names.ConvertAll(name => FromSequential(name, last));
    }

    private static string FromSequential(string name, int last)
    {
        var block = SequentialBlock().Match(name);
        if (block.Success)
            return $"body.{block.Groups[1].Value}.rdb{block.Groups[2].Value}.conv{block.Groups[3].Value}.{block.Groups[4].Value}";
        var trunk = SequentialTrunk().Match(name);
        if (trunk.Success) return $"conv_body.{trunk.Groups[1].Value}";
        var layer = SequentialLayer().Match(name);
        if (!layer.Success) return name;
        var number = Number(layer.Groups[1]);
        var role =
            number == 0 ? "conv_first"
            : number == last ? "conv_last"
            : number == last - 2 ? "conv_hr"
            : number % 3 == 0 ? $"conv_up{number / 3}"
            : $"model.{number}";
        return $"{role}.{layer.Groups[2].Value}";
    }

    private static string FromEsrgan(string name)
    {
        var block = EsrganBlock().Match(name);
        if (block.Success)
            return $"body.{block.Groups[1].Value}.rdb{block.Groups[2].Value}.conv{block.Groups[3].Value}.{block.Groups[4].Value}";
        var dot = name.LastIndexOf('.');
        return dot > 0 && s_esrganLayers.TryGetValue(name[..dot], out var layer) ? layer + name[dot..] : name;
    }

    /// <summary>Block, dense block, convolution, and weight or bias.</summary>
    private static string InBlock(GroupCollection parts) =>
        $"body.{parts[1].Value}.rdb{parts[2].Value}.conv{parts[3].Value}.{parts[4].Value}";

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^model\.1\.sub\.(\d{1,6})\.RDB([123])\.conv([1-5])\.0\.(weight|bias)$")]
    private static partial Regex SequentialBlock();

    [GeneratedRegex(@"^model\.1\.sub\.\d{1,6}\.(weight|bias)$")]
    private static partial Regex SequentialTrunk();

    [GeneratedRegex(@"^model\.(\d{1,6})\.(weight|bias)$")]
    private static partial Regex SequentialLayer();

    [GeneratedRegex(@"^RRDB_trunk\.(\d{1,6})\.RDB([123])\.conv([1-5])\.(weight|bias)$")]
    private static partial Regex EsrganBlock();
}
