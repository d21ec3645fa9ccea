using TorchUpscaler.Core;

namespace TorchUpscaler.Fuzz;

/// <summary>
/// Files that a reader once got wrong, found by mutation or by thinking about it: it took too much memory, or read what it
/// should have refused. Each is kept under <c>Finds/TARGET/NAME</c>.
/// </summary>
public sealed class FindTests : IDisposable
{
    private static readonly Dictionary<string, string> s_finds = new()
    {
        ["legacy/a-key-that-stands-twice"] = "is refused: the key 'body.0.bias' stands twice in its pickle, which torch.save never does; download it again",
        ["ncnn/more-layers-than-any-network"] = "has more than 5000 lines or 50000 words, far more than a network's description needs",
        ["pickle/a-shape-of-thousands-of-sides-in-every-tensor"] = "is refused: it describes a tensor of 4000 dimensions at byte 8107, which weights do not have",
        ["safetensors/a-header-whose-length-looks-like-a-pickle"] = "cannot be used: tensor 'conv_last.weight' is missing; choose a model of the Real-ESRGAN family, or convert it again from its original file",
        ["safetensors/a-shape-of-thousands-of-sides"] = "is not a valid safetensors file: 'shape' of tensor 'a' has more than 64 numbers; download or convert it again",
        ["safetensors/more-texts-than-any-file-tells-of-itself"] = "is not a valid safetensors file: its '__metadata__' has more than 10000 entries; download or convert it again",
        ["zip/a-key-that-stands-twice"] = "is refused: the key 'body.0.bias' stands twice in its pickle, which torch.save never does; download it again",
        ["zip/a-large-network-of-a-few-values"] = "is refused: its tensors reach over 510 values and its storages hold 400, so some overlap; clone() the tensors in PyTorch and save them again",
        ["zip/a-storage-inside-another"] = "is refused: the zip's entry 'archive/data/1' begins at byte 1032, inside 'archive/data/0', which ends at 1348; download it again",
        ["zip/values-that-changed-after-they-were-written"] = "is damaged: 'archive/data/0' in it has the CRC-32 7e9de3fd where the zip says 3ec01df5; download it again",
    };

    private readonly Probe _probe = new();

    public static TheoryData<string> Finds => [.. s_finds.Keys];

    [Fact]
    public void Every_find_is_tested()
    {
        var files = Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));
        Assert.Equal(s_finds.Keys.Order(StringComparer.Ordinal), files.Where(file => !file.StartsWith("picture/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Finds))]
    public void A_find_is_refused_by_its_own_message_within_bounds(string find)
    {
        var run = new FuzzRun(find.Split('/')[0], seeds: [], seed: 0);
        var error = run.Give(File.ReadAllBytes(Path.Combine(Root, find)), find, _probe);
        Assert.Equal($"{_probe.Path} {s_finds[find]}", Assert.IsType<WeightsException>(error).Message);
    }

    public void Dispose() => _probe.Dispose();

    private static string Root => Path.Combine(AppContext.BaseDirectory, "Finds");
}
