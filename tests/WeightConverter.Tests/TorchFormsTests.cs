using System.Globalization;
using System.Security.Cryptography;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class TorchFormsTests(TorchForms forms) : IClassFixture<TorchForms>, IDisposable
{
    private static readonly RrdbNetShape s_network = new(4, 3, 3, 6, 2, 4);

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, NetworkShape, string> All => new()
    {
        { "zip-plain", s_network, "PyTorch zip file, fp32" },
        { "zip-params-ema", s_network, "PyTorch zip file, params_ema, fp32" },
        { "zip-params", s_network, "PyTorch zip file, params, fp32" },
        { "zip-fp16", s_network, "PyTorch zip file, params, fp16" },
        { "zip-bf16", s_network, "PyTorch zip file, params, bf16" },
        { "zip-strided", s_network, "PyTorch zip file, fp32" },
        { "zip-shared", s_network, "PyTorch zip file, fp32" },
        { "zip-parameters", s_network, "PyTorch zip file, fp32" },
        { "zip-module", s_network, "PyTorch zip file, fp32" },
        { "legacy-plain", s_network, "PyTorch legacy file, fp32" },
        { "legacy-params-ema", s_network, "PyTorch legacy file, params_ema, fp32" },
        { "legacy-params", s_network, "PyTorch legacy file, params, fp32" },
        { "legacy-fp16", s_network, "PyTorch legacy file, params, fp16" },
        { "legacy-bf16", s_network, "PyTorch legacy file, params, bf16" },
        { "legacy-strided", s_network, "PyTorch legacy file, fp32" },
        { "legacy-shared", s_network, "PyTorch legacy file, fp32" },
        { "legacy-parameters", s_network, "PyTorch legacy file, fp32" },
        { "legacy-module", s_network, "PyTorch legacy file, fp32" },
        { "state-dict", s_network, "PyTorch zip file, state_dict, fp32" },
        { "nested", s_network, "PyTorch zip file, model, params, fp32" },
        { "with-optimizer", s_network, "PyTorch zip file, params, fp32" },
        { "protocol-3", s_network, "PyTorch zip file, params_ema, fp32" },
        { "protocol-4", s_network, "PyTorch zip file, params_ema, fp32" },
        { "protocol-5", s_network, "PyTorch zip file, params_ema, fp32" },
        { "esrgan-sequential", s_network, "PyTorch zip file, fp32" },
        { "esrgan-named", s_network, "PyTorch zip file, fp32" },
        { "esrgan-sequential-legacy-fp16", s_network, "PyTorch legacy file, fp16" },
        { "x1", new RrdbNetShape(1, 3, 3, 4, 1, 2), "PyTorch zip file, fp32" },
        { "x2", new RrdbNetShape(2, 3, 3, 4, 1, 2), "PyTorch zip file, fp32" },
        { "x8", new RrdbNetShape(8, 3, 3, 4, 1, 2), "PyTorch zip file, fp32" },
        { "x8-esrgan-sequential", new RrdbNetShape(8, 3, 3, 4, 1, 2), "PyTorch zip file, fp32" },
        { "compact", new CompactNetShape(2, 3, 3, 5, 3), "PyTorch zip file, params, fp32" },
    };

    [Fact]
    public void Every_form_that_PyTorch_wrote_is_tested() =>
        Assert.Equal(forms.Forms.Order(), All.Select(row => (string)row[0]).Order());

    [Theory]
    [MemberData(nameof(All))]
    public void Every_form_gives_PyTorchs_own_values(string form, NetworkShape network, string format)
    {
        var conversion = Convert(form, half: false);
        Assert.Equal(network, conversion.Network);
        Assert.Equal(format, conversion.Format);

        using var file = SafetensorsFile.Open(conversion.Path);
        var expected = forms.Expected(form);
        Assert.Equal(expected.Select(tensor => tensor.Name).Order(), file.Tensors.Keys.Order());
        var type = form.Contains("fp16", StringComparison.Ordinal) ? TensorType.F16 : TensorType.F32;
        foreach (var (name, shape, values) in expected)
        {
            Assert.Equal(shape, file.Tensors[name].Shape);
            Assert.Equal(type, file.Tensors[name].Type);
            Assert.Equal(values, file.Read(name));
        }
    }

    [Theory]
    [InlineData("zip-plain")]
    [InlineData("legacy-bf16")]
    [InlineData("compact")]
    public void Half_rounds_to_the_nearest_fp16(string form)
    {
        using var file = SafetensorsFile.Open(Convert(form, half: true).Path);
        Assert.All(file.Tensors.Values, tensor => Assert.Equal(TensorType.F16, tensor.Type));
        foreach (var (name, _, values) in forms.Expected(form))
            Assert.Equal(values.Select(value => (float)(Half)value), file.Read(name));
    }

    [Fact]
    public void The_same_file_gives_the_same_bytes_and_says_where_it_came_from()
    {
        var first = Convert("zip-strided", half: false);
        var bytes = File.ReadAllBytes(first.Path);
        var second = Convert("zip-strided", half: false);

        Assert.Equal(bytes, File.ReadAllBytes(second.Path));
        Assert.Equal(System.Convert.ToHexStringLower(SHA256.HashData(bytes)), first.Sha256);
        Assert.Equal(bytes.Length, first.Bytes);
        using var model = ModelFile.Open(first.Path);
        Assert.Equal(
            ["licence=none", "network=RRDBNet", "scale=4", "source=a test", "source_format=PyTorch zip file, fp32",
                $"source_sha256={System.Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(forms["zip-strided.pth"])))}"],
            model.Metadata.Select(entry => $"{entry.Key}={entry.Value}").Order());
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "hostile-zip", "is refused: data.pkl names 'posix.system' at byte # which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()" },
        { "hostile-legacy", "is refused: its pickle names 'posix.system' at byte # which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()" },
        { "hostile-module", "is refused: data.pkl names 'networks.RRDBNet' at byte # which weights do not need; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()" },
        { "hostile-script", "is a TorchScript program, not weights; convert the .pth file that it was made from" },
        { "hostile-fp64", "has 'conv_first.weight' as DoubleStorage; only fp32, fp16 and bf16 are converted: call float() on the model and save it again" },
        { "hostile-number", "has a number under 'epoch' where a tensor is expected; save the model's state_dict() with torch.save" },
        { "hostile-expanded", "is refused: data.pkl has a tensor [1099511627776] at byte # that does not lie inside its storage of 1 values" },
        { "hostile-tensor", "holds a tensor where a dict of tensors is expected; save the model's state_dict() with torch.save" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void What_is_not_weights_is_refused_by_name_and_never_run(string form, string fault)
    {
        var error = Assert.Throws<WeightsException>(() => Convert(form, half: false));
        Assert.Equal($"{forms[form + ".pth"]} {fault}", MaskOffset(error.Message));
        Assert.False(File.Exists(forms["it-ran"]));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void The_offset_in_the_message_is_where_the_foreign_name_stands()
    {
        var error = Assert.Throws<WeightsException>(() => Convert("hostile-zip", half: false));
        var digits = error.Message.Split("at byte ")[1].Split(',')[0];
        var bytes = File.ReadAllBytes(forms["hostile-zip.pth"]);
        Assert.StartsWith("cposix\nsystem\n", System.Text.Encoding.ASCII.GetString(bytes, int.Parse(digits, CultureInfo.InvariantCulture), 14), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip-plain")]
    [InlineData("legacy-plain")]
    public void A_file_cut_off_anywhere_is_refused_as_such(string form)
    {
        var whole = File.ReadAllBytes(forms[form + ".pth"]);
        for (var length = 64; length < whole.Length; length += 997)
        {
            File.WriteAllBytes(_folder["cut.pth"], whole[..length]);
            var error = Assert.Throws<WeightsException>(() => ConvertPath(_folder["cut.pth"], half: false));
            Assert.True(error.Message.EndsWith("download it again", StringComparison.Ordinal), $"{length} bytes: {error.Message}");
        }
    }

    [Theory]
    [InlineData("zip-params-ema", 1)]
    [InlineData("legacy-shared", 2)]
    [InlineData("protocol-4", 3)]
    public void Damaged_bytes_give_a_named_error_or_another_valid_file_and_nothing_else(string form, int seed)
    {
        var random = new Random(seed);
        var whole = File.ReadAllBytes(forms[form + ".pth"]);
        var isZip = whole[0] == 'P';
        for (var round = 0; round < 600; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var flips = random.Next(1, 5); flips > 0; flips--) bytes[Place(random, bytes.Length, isZip)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["damaged.pth"], bytes);
            var error = Record.Exception(() => ConvertPath(_folder["damaged.pth"], half: false));
            Assert.True(error is null or WeightsException, $"form {form}, seed {seed}, round {round}: {error}");
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Half of the damage falls on the pickle at the beginning, the rest on the zip's directory at the end or anywhere.</summary>
    private static int Place(Random random, int length, bool isZip) => random.Next(4) switch
    {
        0 or 1 => random.Next(Math.Min(8000, length)),
        2 when isZip => length - 1 - random.Next(Math.Min(8000, length)),
        _ => random.Next(length),
    };

    private static string MaskOffset(string message) =>
        System.Text.RegularExpressions.Regex.Replace(message, "at byte [0-9]+,?", "at byte #");

    private Conversion Convert(string form, bool half) => ConvertPath(forms[form + ".pth"], half);

    private Conversion ConvertPath(string path, bool half) =>
        Converter.Convert(path, _folder["out.safetensors"], half, _ => new Origin("a test", "none"), null, CancellationToken.None);
}
