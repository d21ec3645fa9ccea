using System.Text;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class HostilePickleTests : IDisposable
{
    /// <summary>No hostile file may make the converter take more than this and its own length.</summary>
    private const long MaximumAllocation = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    // Only names go through the test runner, which would print the pickles byte by byte.
    private static readonly Dictionary<string, (Func<byte[]> Pickle, string Fault)> s_pickles = new()
    {
        ["foreign global"] = (() => New().Global("os", "system").Stop(), "names 'os.system' at byte #, which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()"),
        ["foreign global by STACK_GLOBAL"] = (() => New().Text("builtins").Text("eval").Raw(0x93).Stop(), "names 'builtins.eval' at byte #, which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()"),
        ["control characters in a name"] = (() => New().Text("\u001b[2J").Text("x").Raw(0x93).Stop(), "names '?[2J.x' at byte #, which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()"),
        ["another function of an allowed module"] = (() => New().Global("torch._utils", "_rebuild_qtensor").Stop(), "names 'torch._utils._rebuild_qtensor' at byte #, which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()"),
        ["a call of a text"] = (() => New().Text("system").Op(')').Op('R').Stop(), "calls something at byte # that is no function; nothing of it was run"),
        ["a call of a storage type"] = (() => New().Global("torch", "FloatStorage").Op(')').Op('R').Stop(), "calls something at byte # that is no function; nothing of it was run"),
        ["OrderedDict with arguments"] = (() => New().Global("collections", "OrderedDict").Op(']').Raw(0x85).Op('R').Stop(), "calls OrderedDict with unknown arguments at byte #"),
        ["a tensor of no storage"] = (() => New().Global("torch._utils", "_rebuild_tensor_v2").Op(')').Op('R').Stop(), "calls RebuildTensorV2 with unknown arguments at byte #"),
        ["arguments that are no tuple"] = (() => New().Global("collections", "OrderedDict").Op(']').Op('R').Stop(), "has something at byte # that is not a tuple of arguments"),
        ["INST, an opcode that runs things"] = (() => New().Op('(').Op('i').Stop(), "has the opcode 0x69 at byte #, which weights do not need"),
        ["OBJ, another"] = (() => New().Op('(').Op('o').Stop(), "has the opcode 0x6F at byte #, which weights do not need"),
        ["NEWOBJ, another"] = (() => New().Op(')').Raw(0x81).Stop(), "has the opcode 0x81 at byte #, which weights do not need"),
        ["EXT1, another"] = (() => New().Raw(0x82, 1).Stop(), "has the opcode 0x82 at byte #, which weights do not need"),
        ["state for something else"] = (() => New().Op(']').Op('}').Op('b').Stop(), "has something at byte # that is not an OrderedDict with its state"),
        ["an item for no list"] = (() => New().Op('}').Op('N').Op('a').Stop(), "has something at byte # that is not a list"),
        ["an item for no dict"] = (() => New().Op(']').Op('N').Op('N').Op('s').Stop(), "has something at byte # that is not a dict"),
        ["a key without a value"] = (() => New().Op('}').Op('(').Op('N').Op('u').Stop(), "has a key without a value at byte #"),
        ["an empty stack"] = (() => New().Op('a').Stop(), "takes a value at byte # that is not there"),
        ["a value below the mark"] = (() => New().Op('N').Op('(').Raw(0x85).Stop(), "takes a value at byte # that is not there"),
        ["no mark"] = (() => New().Op('t').Stop(), "goes back to a mark at byte # that is not there"),
        ["an unknown memo"] = (() => New().Op('h').Raw(7).Stop(), "takes memo 7 at byte #, which was never put"),
        ["values left over"] = (() => New().Op('N').Op('N').Stop(), "ends at byte # with values left over"),
        ["protocol 0"] = (() => New().Raw(0x80, 0).Stop(), "is of protocol 0; 2 to 5 are read"),
        ["a text of 4 GB"] = (() => New().Raw((byte)'X', 0xFF, 0xFF, 0xFF, 0xFF).Stop(), "wants 4294967295 bytes at byte # and has 1 left; the file is cut off or damaged, download it again"),
        ["a frame of 2^63 bytes"] = (() => New().Raw(0x95, 0, 0, 0, 0, 0, 0, 0, 0x80).Stop(), "has a frame of 9223372036854775808 bytes at byte # and 1 left"),
        ["a huge integer"] = (() => New().Raw(0x8A, 255).Repeat(255, 1).Stop(), "has an integer of 255 bytes at byte #"),
        ["a text that is not UTF-8"] = (() => New().Raw((byte)'X', 1, 0, 0, 0, 0xFF).Stop(), "has a text at byte # that is not valid UTF-8"),
        ["an endless name"] = (() => New().Op('c').Repeat(1000, (byte)'a').Stop(), "has a name at byte # that does not end"),
        ["no STOP"] = (() => New().Op('N').Stop()[..^1], "ends at byte # in the middle of a pickle; the file is cut off or damaged, download it again"),
        ["a million nested lists"] = (() => New().Repeat(1_000_001, (byte)']').Stop(), "holds more than 400000 objects, which weights do not"),
        ["a million marks"] = (() => New().Repeat(1_000_001, (byte)'(').Stop(), "holds more than 400000 objects, which weights do not"),
        ["a million memos"] = (() => New().Op('N').Repeat(1_000_001, 0x94).Stop(), "holds more than 400000 objects, which weights do not"),
        ["memos far apart"] = (() => New().Op('N').Repeat(1_000_001, (byte)'r', 0xFF, 0xFF, 0xFF, 0xFF).Stop(), "holds more than 400000 objects, which weights do not"),
        ["a million calls"] = (() => New().Global("collections", "OrderedDict").Op('q').Raw(0).Repeat(400_000, (byte)'h', 0, (byte)')', (byte)'R').Stop(), "holds more than 400000 objects, which weights do not"),
        ["one list put into itself again and again"] = (() => Doubling(), "holds more than 400000 objects, which weights do not"),
        ["a persistent id that is no storage"] = (() => New().Text("module").Op('Q').Stop(), "refers to something at byte # that is no storage"),
        ["a storage of negative length"] = (() => New().Storage("0", -1).Stop(), "refers to something at byte # that is no storage"),
        ["one storage described in two ways"] = (() => New().Op('(').Storage("0", 4).Storage("0", 8).Op('t').Stop(), "describes storage '0' at byte # in another way than before"),
        ["a view of a storage"] = (() => New().Op('(').Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Int(4).Op(')').Op('t').Op('Q').Stop(), "has a storage at byte # that is a part of another, as PyTorch before 0.4 wrote them; load it in PyTorch and save it again"),
        ["a tensor beyond its storage"] = (() => New().Tensor("0", 4, 1, [4], [1]).Stop(), "has a tensor [4] at byte # that does not lie inside its storage of 4 values"),
        ["a tensor that repeats values"] = (() => New().Tensor("0", 4, 0, [1 << 20], [0]).Stop(), "has a tensor [1048576] at byte # that does not lie inside its storage of 4 values"),
        ["a shape whose product overflows"] = (() => New().Tensor("0", 4, 0, [1L << 62, 1L << 62], [0, 0]).Stop(), $"has a tensor [{1L << 62}, {1L << 62}] at byte # that does not lie inside its storage of 4 values"),
        ["strides that overflow"] = (() => New().Tensor("0", 4, 0, [2, 2], [long.MaxValue, long.MaxValue]).Stop(), "has a tensor [2, 2] at byte # that does not lie inside its storage of 4 values"),
        ["negative strides"] = (() => New().Tensor("0", 4, 3, [4], [-1]).Stop(), "describes an impossible tensor at byte #"),
        ["a negative offset"] = (() => New().Tensor("0", 4, -1, [1], [1]).Stop(), "describes an impossible tensor at byte #"),
        ["more dimensions than any tensor's"] = (() => New().Tensor("0", 4, 0, new long[9], new long[9]).Stop(), "describes a tensor of 9 dimensions at byte #, which weights do not have"),
        ["more strides than sides"] = (() => New().Tensor("0", 4, 0, [1], [1, 1]).Stop(), "describes an impossible tensor at byte #"),
    };

    public static TheoryData<string> Pickles => [.. s_pickles.Keys];

    [Theory]
    [MemberData(nameof(Pickles))]
    public void A_hostile_pickle_is_refused_by_name_within_bounds(string what)
    {
        var (pickle, fault) = s_pickles[what];
        PickleBuilder.WriteZip(_folder["m.pth"], pickle(), ("0", 16));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Refuse();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal($"is refused: data.pkl {fault}", MaskOffset(message));
        var limit = MaximumAllocation + new FileInfo(_folder["m.pth"]).Length;
        Assert.True(allocated <= limit, $"{what}: {allocated} bytes were allocated");
    }

    private static readonly Dictionary<string, (Func<byte[]> Pickle, string Fault)> s_contents = new()
    {
        ["no dict"] = (() => New().Op('N').Stop(), "holds None where a dict of tensors is expected; save the model's state_dict() with torch.save"),
        ["a number as a key"] = (() => New().Op('}').Int(1).Op('N').Op('s').Stop(), "has a number as a key where a tensor's name is expected"),
        ["a text for a tensor"] = (() => New().Op('}').Text("a").Text("b").Op('s').Stop(), "has a text under 'a' where a tensor is expected; save the model's state_dict() with torch.save"),
        ["a dict that holds itself"] = (() => New().Op('}').Op('q').Raw(0).Text("params").Op('h').Raw(0).Op('s').Stop(), "nests its weights more than 4 deep; save the model's state_dict() with torch.save"),
        ["whole numbers"] = (() => New().Op('}').Text("a").Global("torch._utils", "_rebuild_tensor").Op('(').Storage("0", 2, "LongStorage").Int(0).Int(2).Raw(0x85).Int(1).Raw(0x85).Op('t').Op('R').Op('s').Stop(), "has 'a' as LongStorage; only fp32, fp16 and bf16 are converted: call float() on the model and save it again"),
        ["no network"] = (() => New().Op('}').Text("a").Tensor("0", 4, 0, [4], [1]).Op('s').Stop(), "cannot be used: it is of no known network: neither 'conv_first.weight' (RRDBNet) nor 'body.0.weight' (SRVGGNetCompact) is there; its tensors are 'a' …; choose a model of the Real-ESRGAN family, or convert it again from its original file"),
        ["one name twice"] = (() => New().Op('}').Text("trunk_conv.weight").Tensor("0", 4, 0, [2], [1]).Op('s').Text("conv_body.weight").Tensor("0", 4, 2, [2], [1]).Op('s').Stop(), "is refused: two of its tensors are both 'conv_body.weight'"),
        ["an impossible number of layers"] = (() => New().Op('}').Text("model.0.weight").Tensor("0", 4, 0, [2], [1]).Op('s').Text("model.5.weight").Tensor("0", 4, 2, [2], [1]).Op('s').Stop(), "is refused: its last layer is 'model.5', which fits no enlargement by 2; choose a model of the ESRGAN family"),
        ["a storage that is not there"] = (() => TinyNetwork.Pickle(key: "9"), "is damaged: 'archive/data/9' is not in it; download it again"),
        ["a storage shorter than announced"] = (() => TinyNetwork.Pickle(key: "1"), "is damaged: storage '1' has 16 bytes where 4000 values of FloatStorage are announced; download it again"),
        ["tensors that share their values"] = (() => Two([4], [1], offset: 0), "is refused: its tensors reach over 8 values and its storages hold 4, so some overlap; clone() the tensors in PyTorch and save them again"),
        ["tensors that reach over each other"] = (() => Two([2], [2], offset: 1), "is refused: its tensors reach over 6 values and its storages hold 4, so some overlap; clone() the tensors in PyTorch and save them again"),
        ["tensors that repeat their own values"] = (() => Two([2, 2], [1, 0], offset: 0), "is refused: its tensors reach over 8 values and its storages hold 4, so some overlap; clone() the tensors in PyTorch and save them again"),
    };

    public static TheoryData<string> Contents => [.. s_contents.Keys];

    [Theory]
    [MemberData(nameof(Contents))]
    public void What_is_no_network_is_refused_by_name(string what)
    {
        var (pickle, fault) = s_contents[what];
        PickleBuilder.WriteZip(_folder["m.pth"], pickle(), ("0", 16), ("1", 16));
        Assert.True(Refuse() is var message && message == fault, $"{what}: {message}");
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>", "is a web page, not weights; open its address in a browser and save the file itself, for example by its 'raw' or 'download' link")]
    [InlineData("\r\n  <html>", "is a web page, not weights; open its address in a browser and save the file itself, for example by its 'raw' or 'download' link")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "is only Git LFS's note of where the weights are; download the file itself, or run 'git lfs pull'")]
    [InlineData("", "is empty; download it again")]
    [InlineData("hello", "is neither a .pth file of PyTorch nor one of an ncnn .param/.bin pair; choose one of these")]
    [InlineData("PK\u0003\u0004", "is damaged or cut off: the zip has no directory at its end; download it again")]
    public void What_is_no_weights_at_all_is_told_apart(string content, string fault)
    {
        File.WriteAllText(_folder["m.pth"], content, Encoding.Latin1);
        Assert.Equal(fault, Refuse());
    }

    [Fact]
    public void A_pickle_of_another_program_is_told_apart()
    {
        File.WriteAllBytes(_folder["m.pth"], New().Op('}').Stop());
        Assert.Equal("is a pickle, but not one by torch.save; load it in Python and save its tensors with torch.save", Refuse());
    }

    public void Dispose() => _folder.Dispose();

    private static PickleBuilder New() => new();

    /// <summary>A list that gets 250,000 references to itself, again and again.</summary>
    private static byte[] Doubling()
    {
        var pickle = New().Op(']').Op('q').Raw(0);
        for (var i = 0; i < 5; i++) pickle.Op('(').Repeat(250_000, (byte)'h', 0).Op('e');
        return pickle.Stop();
    }

    /// <summary>Two views of one storage of 4 values.</summary>
    private static byte[] Two(long[] shape, long[] strides, long offset) =>
        New().Op('}').Text("a").Tensor("0", 4, 0, shape, strides).Op('s').Text("b").Tensor("0", 4, offset, shape, strides).Op('s').Stop();

    private static string MaskOffset(string message) =>
        System.Text.RegularExpressions.Regex.Replace(message, "at byte [0-9]+", "at byte #");

    /// <summary>The message of the refusal, without the file's name in front.</summary>
    private string Refuse()
    {
        var error = Assert.Throws<WeightsException>(() => Converter.Convert(
            _folder["m.pth"], _folder["out.safetensors"], false, _ => new Origin("a test", null), null, CancellationToken.None));
        Assert.StartsWith(_folder["m.pth"] + " ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["m.pth"], _folder.Files);
        return error.Message[(_folder["m.pth"].Length + 1)..];
    }
}
