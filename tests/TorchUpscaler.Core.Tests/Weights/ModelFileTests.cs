using System.Diagnostics;

namespace TorchUpscaler.Core.Tests;

public sealed class ModelFileTests : IDisposable
{
    private static readonly RrdbNetShape s_network = new(4, 3, 3, 4, 1, 2);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_model_tells_its_name_network_and_metadata_and_gives_its_values()
    {
        Write("tiny.safetensors", tensor => TensorType.F32, tensor => 0.5f);
        using var model = ModelFile.Open(_folder["tiny.safetensors"]);

        Assert.Equal("tiny", model.Name);
        Assert.Equal(_folder["tiny.safetensors"], model.Path);
        Assert.Equal(s_network, model.Network);
        Assert.Equal("test", model.Metadata["source"]);
        Assert.Equal(Enumerable.Repeat(0.5f, 4 * 3 * 9), model.Read("conv_first.weight"));
        Assert.Throws<WeightsException>(() => model.Read("conv_up3.weight"));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void A_value_that_is_not_finite_is_refused_by_its_tensors_name(float value, string printed)
    {
        Write("m.safetensors", tensor => TensorType.F16, tensor => tensor == "conv_hr.bias" ? value : 0f);
        using var model = ModelFile.Open(_folder["m.safetensors"]);

        Assert.Equal(new float[3], model.Read("conv_last.bias"));
        Assert.Equal(
            $"{model.Path} cannot be used: value 0 of tensor 'conv_hr.bias' is {printed}; download or convert it again",
            Assert.Throws<WeightsException>(() => model.Read("conv_hr.bias")).Message);
    }

    [Fact]
    public void Two_models_of_one_network_are_mixed_value_by_value()
    {
        Write("a.safetensors", tensor => TensorType.F32, tensor => 0.5f);
        Write("b.safetensors", tensor => TensorType.F16, tensor => -1.5f);
        using var model = ModelFile.OpenMixed(_folder["a.safetensors"], _folder["b.safetensors"], 0.75);

        Assert.Equal("a", model.Name);
        Assert.Equal(Enumerable.Repeat(0f, 4 * 3 * 9), model.Read("conv_first.weight")); // 3/4 · 0.5 − 1/4 · 1.5
    }

    [Fact]
    public void A_mixture_is_checked_and_shared_as_a_whole()
    {
        Write("a.safetensors", tensor => TensorType.F32, tensor => 0.5f);
        Write("b.safetensors", tensor => TensorType.F16, tensor => tensor == "conv_hr.bias" ? float.NaN : -1.5f);
        var model = ModelFile.OpenMixed(_folder["a.safetensors"], _folder["b.safetensors"], 0.75);
        using (var shared = model.Share())
        {
            model.Dispose();
            Assert.Equal(new float[4 * 3 * 9], shared.Read("conv_first.weight")); // 3/4 · 0.5 − 1/4 · 1.5
            shared.Check("conv_first.weight");
            Assert.Contains("b.safetensors cannot be used: value 0 of tensor 'conv_hr.bias' is NaN",
                Assert.Throws<WeightsException>(() => shared.Check("conv_hr.bias")).Message, StringComparison.Ordinal);
        }
        foreach (var name in new[] { "a.safetensors", "b.safetensors" })
        {
            using var exclusive = new FileStream(_folder[name], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.True(exclusive.CanWrite);
        }
    }

    [Fact]
    public void Models_of_different_networks_are_not_mixed_and_not_kept_open()
    {
        Write("a.safetensors", tensor => TensorType.F32, tensor => 0.5f);
        var other = RawSafetensors.Write(_folder["b.safetensors"], NetworkTensors.Of(s_network with { Features = 5 }).Select(tensor => (tensor.Name, tensor.Shape.ToArray())));

        Assert.Contains("cannot be mixed", Assert.Throws<WeightsException>(() => ModelFile.OpenMixed(_folder["a.safetensors"], other, 0.5)).Message, StringComparison.Ordinal);
        foreach (var path in new[] { _folder["a.safetensors"], other })
        {
            using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            Assert.True(exclusive.CanWrite);
        }
    }

    [Fact]
    public void Tensors_of_another_element_type_are_refused_on_opening()
    {
        var offset = 0L;
        var entries = NetworkTensors.Of(s_network).Select(tensor =>
        {
            var type = tensor.Name == "conv_up1.bias" ? "I32" : "F32";
            var begin = offset;
            offset += tensor.Shape.Aggregate(4L, (product, side) => product * side);
            return $"\"{tensor.Name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", tensor.Shape)}],\"data_offsets\":[{begin},{offset}]}}";
        }).ToList();
        var path = RawSafetensors.Write(_folder["m.safetensors"], $"{{{string.Join(",", entries)}}}", (int)offset);

        Assert.Equal(
            $"{path} cannot be used: tensor 'conv_up1.bias' is of I32; only F32, F16 and BF16 are read: convert the model again",
            Assert.Throws<WeightsException>(() => ModelFile.Open(path)).Message);
    }

    [Fact]
    public void A_refused_file_is_not_kept_open()
    {
        var path = RawSafetensors.Write(_folder["m.safetensors"], [("step", [1])]);
        Assert.Throws<WeightsException>(() => ModelFile.Open(path));
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.CanWrite);
    }

    [Theory]
    [InlineData("rrdb", 1, 3, 6, 2, 5)]
    [InlineData("rrdb", 2, 3, 4, 1, 3)]
    [InlineData("rrdb", 4, 1, 7, 3, 2)]
    [InlineData("rrdb", 8, 3, 4, 1, 2)]
    [InlineData("compact", 2, 3, 9, 4, 0)]
    [InlineData("compact", 4, 3, 8, 2, 0)]
    public void Networks_written_by_PyTorch_are_recognised(string kind, int scale, int channels, int features, int blocks, int growth)
    {
        MakeWithPyTorch(kind, scale, channels, features, blocks, growth);
        using var model = ModelFile.Open(_folder["torch.safetensors"]);

        NetworkShape expected = kind == "rrdb"
            ? new RrdbNetShape(scale, channels, channels, features, blocks, growth)
            : new CompactNetShape(scale, channels, channels, features, blocks);
        Assert.Equal(expected, model.Network);
        Assert.All(NetworkTensors.Of(expected), tensor => Assert.Equal(
            tensor.Shape.Aggregate(1L, (product, side) => product * side), model.Read(tensor.Name).LongLength));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string name, Func<string, TensorType> type, Func<string, float> value) => SafetensorsWriter.Write(
        _folder[name],
        [.. NetworkTensors.Of(s_network).Select(tensor => new TensorToWrite(
            tensor.Name, type(tensor.Name), tensor.Shape, () => Fill(tensor, value(tensor.Name))))],
        new Dictionary<string, string> { ["source"] = "test" });

    private static float[] Fill(NetworkTensor tensor, float value)
    {
        var values = new float[tensor.Shape.Aggregate(1L, (product, side) => product * side)];
        Array.Fill(values, value);
        return values;
    }

    private void MakeWithPyTorch(params object[] sizes)
    {
        var script = Path.Combine(RepositoryRoot(), "tests", "oracle", "run_network.py");
        string[] arguments = [script, "make", .. sizes.Select(size => $"{size}"), "1", _folder["torch.safetensors"]];
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true })!;
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, $"PyTorch is needed here (apt-get install python3-torch): {errors}");
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TorchUpscaler.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("TorchUpscaler.sln is in no folder above the tests");
    }
}
