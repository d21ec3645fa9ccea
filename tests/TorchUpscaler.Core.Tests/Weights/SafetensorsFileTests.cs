using System.Text;

namespace TorchUpscaler.Core.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private const string Good = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Reads_every_float_type_exactly()
    {
        var path = RawSafetensors.Write(
            _folder["m.safetensors"],
            """
            {"half":{"dtype":"F16","shape":[2,1],"data_offsets":[8,12]},"brain":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]},
             "single":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"none":{"dtype":"F32","shape":[0,3],"data_offsets":[14,14]},
             "scalar":{"dtype":"F16","shape":[],"data_offsets":[14,16]},"__metadata__":{"format":"pt","ключ":"текст"}}
            """,
            [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-3e-40f), 0x00, 0x3C, 0x01, 0x80, 0xC0, 0xBF, 0xFF, 0x7B]);

        using var file = SafetensorsFile.Open(path);

        Assert.Equal([1.5f, -3e-40f], file.Read("single"));
        Assert.Equal([1f, -5.9604645e-8f], file.Read("half"));
        Assert.Equal([-1.5f], file.Read("brain"));
        Assert.Equal([65504f], file.Read("scalar"));
        Assert.Empty(file.Read("none"));
        Assert.Equal([2L, 1L], file.Tensors["half"].Shape);
        Assert.Equal(TensorType.BF16, file.Tensors["brain"].Type);
        Assert.Equal("текст", file.Metadata["ключ"]);
    }

    [Fact]
    public void Reads_tensors_longer_than_one_chunk()
    {
        var path = RawSafetensors.Write(_folder["m.safetensors"], [("a", [3, 100_003])]);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal(Enumerable.Range(0, 300_009).Select(i => (float)i), file.Read("a"));
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        using var file = SafetensorsFile.Open(RawSafetensors.Write(_folder["m.safetensors"], "{}   ", 0));
        Assert.Empty(file.Tensors);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void A_file_that_the_system_does_not_open_is_refused_with_advice()
    {
        var path = _folder[new string('m', 300)];

        var message = Assert.Throws<WeightsException>(() => SafetensorsFile.Open(path)).Message;

        Assert.StartsWith($"{path} cannot be read (", message, StringComparison.Ordinal);
        Assert.EndsWith("); check its permissions, or download or convert it again", message, StringComparison.Ordinal);
    }

    public static TheoryData<string, int, string> BrokenHeaders => new()
    {
        { "", 0, "its header does not begin with '{'" },
        { " {}", 0, "its header does not begin with '{'" },
        { "[]", 0, "its header does not begin with '{'" },
        { "{", 0, "its header is not valid JSON" },
        { "{} {}", 0, "its header is not valid JSON" },
        { """{"\ud800":{}}""", 0, "its header is not valid JSON" },
        { """{"__metadata__":[]}""", 0, "its '__metadata__' is not an object of texts" },
        { """{"__metadata__":{"n":1}}""", 0, "its '__metadata__' entry 'n' is not a text" },
        { """{"__metadata__":{"n":"1","n":"2"}}""", 0, "its '__metadata__' has the key 'n' twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "its header has the key '__metadata__' twice" },
        { """{"a":1}""", 0, "its entry 'a' is not an object" },
        { """{"a":{"shape":[],"data_offsets":[0,4]}}""", 4, "tensor 'a' has no 'dtype'" },
        { """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a' has no 'shape'" },
        { """{"a":{"dtype":"F32","shape":[]}}""", 4, "tensor 'a' has no 'data_offsets'" },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}""", 4, "tensor 'a' has 'dtype' twice" },
        { """{"a":{"dtype":"F31","shape":[],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the unknown dtype 'F31'" },
        { """{"a":{"dtype":1,"shape":[],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the unknown dtype 'Number'" },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' is not a list" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' holds something that is not a whole number from 0 up" },
        { """{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}""", 4, "'shape' of tensor 'a' holds something that is not a whole number from 0 up" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""", 4, "'data_offsets' of tensor 'a' holds something that is not a whole number from 0 up" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "tensor 'a' has 3 'data_offsets' instead of 2" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "tensor 'a' begins at 4, after its end at 0" },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the impossible shape [4294967296, 4294967296]" },
        { """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,4]}}""", 4, "tensor 'a' has the impossible shape [2305843009213693952]" },
        { """{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "tensor 'a' does not fill whole bytes" },
        { """{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,4]}}""", 4, "tensor 'a' has 4 bytes where [2, 2] of F32 takes 16" },
        { """{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}""", 2, "its header has the key 'a' twice" },
        { """{"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}}""", 2, "tensor 'a' begins at 1, leaving a hole after 0" },
        { """{"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]}}""", 3, "tensor 'b' begins at 1, inside the tensor that ends at 2" },
        { Good, 7, "its tensors take 8 bytes and the file holds 7 of them" },
        { Good, 9, "1 bytes follow after its last tensor" },
        { "{}", 1, "1 bytes follow after its last tensor" },
    };

    [Theory]
    [MemberData(nameof(BrokenHeaders))]
    public void Every_fault_of_a_header_has_its_own_message(string header, int dataBytes, string fault) =>
        AssertDamaged(RawSafetensors.Write(_folder["m.safetensors"], header, dataBytes), fault);

    public static TheoryData<string, string> CrowdedHeaders => new()
    {
        { "tensors", "it has more than 100000 tensors" },
        { "texts", "its '__metadata__' has more than 10000 entries" },
        { "sides", "'shape' of tensor 'a' has more than 64 numbers" },
    };

    [Theory]
    [MemberData(nameof(CrowdedHeaders))]
    public void A_header_that_holds_far_more_than_a_network_is_refused_within_bounds(string what, string fault)
    {
        var header = what switch
        {
            "tensors" => $"{{{string.Join(',', Enumerable.Range(0, 200_000).Select(i => $"\"{i}\":{{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}}"))}}}",
            "texts" => $"{{\"__metadata__\":{{{string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => $"\"{i}\":\"\""))}}}}}",
            _ => $"{{\"a\":{{\"shape\":[{string.Join(',', new int[4_000_000])}]}}}}",
        };
        var path = RawSafetensors.Write(_folder["m.safetensors"], header, 0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertDamaged(path, fault);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated <= (64 << 20) + header.Length, $"{allocated} bytes were allocated for a header of {header.Length}");
    }

    [Fact]
    public void A_header_that_is_not_UTF8_is_refused() =>
        AssertDamaged(RawSafetensors.Write(_folder["m.safetensors"], [(byte)'{', 0xFF, (byte)'}'], []), "its header is not valid UTF-8");

    [Fact]
    public void A_file_shorter_than_the_header_length_is_refused()
    {
        File.WriteAllBytes(_folder["m.safetensors"], new byte[7]);
        AssertDamaged(_folder["m.safetensors"], "it has 7 bytes, too few for a header");
    }

    [Theory]
    [InlineData(3UL, "its header would be 3 bytes long, and the file has 2 left")]
    [InlineData(16_777_217UL, "its header would be 16777217 bytes long, and 16777216 is the limit")]
    [InlineData(ulong.MaxValue, "its header would be 18446744073709551615 bytes long, and 16777216 is the limit")]
    public void A_header_length_beyond_the_file_or_the_limit_is_refused(ulong length, string fault)
    {
        File.WriteAllBytes(_folder["m.safetensors"], [.. BitConverter.GetBytes(length), .. Encoding.UTF8.GetBytes("{}")]);
        AssertDamaged(_folder["m.safetensors"], fault);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_named()
    {
        Assert.Equal(
            $"{_folder["m"]} does not exist; name a .safetensors file",
            Assert.Throws<WeightsException>(() => SafetensorsFile.Open(_folder["m"])).Message);
        Directory.CreateDirectory(_folder["m"]);
        Assert.Equal(
            $"{_folder["m"]} is a folder; name a .safetensors file",
            Assert.Throws<WeightsException>(() => SafetensorsFile.Open(_folder["m"])).Message);
    }

    [Fact]
    public void Reading_names_a_missing_tensor_and_an_unfit_type()
    {
        var path = RawSafetensors.Write(_folder["m.safetensors"], """{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", 1);
        using var file = SafetensorsFile.Open(path);
        Assert.Equal($"{path}: there is no tensor 'b' in it", Assert.Throws<WeightsException>(() => file.Read("b")).Message);
        Assert.Equal(
            $"{path}: tensor 'a' is of I8; only F32, F16 and BF16 can be read: convert the model again",
            Assert.Throws<WeightsException>(() => file.Read("a")).Message);
    }

    [Fact]
    public void A_file_that_shrinks_after_opening_is_named()
    {
        var path = RawSafetensors.Write(_folder["m.safetensors"], Good, 8);
        using var file = SafetensorsFile.Open(path);
        using (var shrink = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) shrink.SetLength(shrink.Length - 1);
        Assert.Equal(
            $"{path} became shorter while it was read; download or convert it again",
            Assert.Throws<WeightsException>(() => file.Read("a")).Message);
    }

    [Fact]
    public void Damaged_bytes_give_a_named_error_or_another_valid_file_and_nothing_else()
    {
        var random = new Random(1);
        var path = RawSafetensors.Write(_folder["m.safetensors"], [("a", [2, 3]), ("b.weight", [4]), ("c", [])]);
        var whole = File.ReadAllBytes(path);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bytes[..random.Next(bytes.Length * 9 / 10, bytes.Length + 1)]);
            var error = Record.Exception(() => ReadAll(path));
            Assert.True(error is null or WeightsException, $"round {round}: {error}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void ReadAll(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var tensor in file.Tensors.Values.Where(tensor => tensor.IsReadable)) file.Read(tensor.Name);
    }

    private static void AssertDamaged(string path, string fault) => Assert.Equal(
        $"{path} is not a valid safetensors file: {fault}; download or convert it again",
        Assert.Throws<WeightsException>(() => SafetensorsFile.Open(path)).Message);
}
