using System.Text;

namespace TorchUpscaler.Core.Tests;

public sealed class SafetensorsWriterTests : IDisposable
{
    private static readonly Dictionary<string, string> s_noMetadata = [];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void What_is_written_is_read_back_exactly()
    {
        var many = Enumerable.Range(0, 200_001).Select(i => i / 7f).ToArray();
        SafetensorsWriter.Write(
            _folder["m.safetensors"],
            [
                new("half", TensorType.F16, [2], () => [0.1f, -65504f]),
                new("many", TensorType.F32, [3, 66_667], () => many),
                new("empty", TensorType.F32, [0], () => []),
            ],
            new Dictionary<string, string> { ["source"] = "a \"quoted\" текст" });

        using var file = SafetensorsFile.Open(_folder["m.safetensors"]);
        Assert.Equal([(float)(Half)0.1f, -65504f], file.Read("half"));
        Assert.Equal(many, file.Read("many"));
        Assert.Empty(file.Read("empty"));
        Assert.Equal([3L, 66_667L], file.Tensors["many"].Shape);
        Assert.Equal("a \"quoted\" текст", file.Metadata["source"]);
        Assert.Equal(["m.safetensors"], _folder.Files);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format_and_do_not_depend_on_the_order_given()
    {
        TensorToWrite b = new("b", TensorType.F32, [1], () => [1f]), a = new("a", TensorType.F32, [], () => [2f]);
        TensorToWrite half = new("0", TensorType.F16, [1], () => [1f]);
        SafetensorsWriter.Write(_folder["1"], [half, b, a], new Dictionary<string, string> { ["y"] = "1", ["x"] = "2" });
        SafetensorsWriter.Write(_folder["2"], [a, half, b], new Dictionary<string, string> { ["x"] = "2", ["y"] = "1" });

        var header = """{"__metadata__":{"x":"2","y":"1"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"0":{"dtype":"F16","shape":[1],"data_offsets":[8,10]}}""";
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected =
        [
            .. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header),
            .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(1f), 0x00, 0x3C,
        ];
        Assert.Equal(expected, File.ReadAllBytes(_folder["1"]));
        Assert.Equal(expected, File.ReadAllBytes(_folder["2"]));
    }

    [Fact]
    public void Whatever_fails_the_old_file_stays_and_nothing_else_is_left()
    {
        File.WriteAllText(_folder["m"], "before");
        var good = new TensorToWrite("a", TensorType.F32, [1], () => [1f]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        AssertFails<WeightsException>(
            "tensor 'a' gave 1 values where its shape [2] has 2", [good with { Shape = [2] }]);
        AssertFails<WeightsException>(
            "tensor 'a' holds 65520, which fp16 cannot; write the model as fp32", [good with { Type = TensorType.F16, Values = () => [65520f] }]);
        AssertFails<InvalidDataException>("not good", [good], verify: _ => throw new InvalidDataException("not good"));
        AssertFails<OperationCanceledException>("The operation was canceled.", [good], cancel: cancelled.Token);
        AssertFails<WeightsException>(null, [good, good]);
        AssertFails<ArgumentException>(
            "tensor 'a': only F32 and F16 can be written (Parameter 'tensors')", [good with { Type = TensorType.BF16 }]);
    }

    private void AssertFails<TException>(
        string? message, TensorToWrite[] tensors, Action<string>? verify = null, CancellationToken cancel = default)
        where TException : Exception
    {
        var error = Assert.Throws<TException>(() => SafetensorsWriter.Write(_folder["m"], tensors, s_noMetadata, verify, cancel));
        if (message is not null) Assert.Equal(message, error.Message);
        Assert.Equal("before", File.ReadAllText(_folder["m"]));
        Assert.Equal(["m"], _folder.Files);
    }

    public void Dispose() => _folder.Dispose();
}
