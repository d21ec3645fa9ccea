using System.Security.Cryptography;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>The program itself, with a catalogue whose only source is a server on the loopback.</summary>
public sealed class KilledDownloadTests : IDisposable
{
    private const int Came = 10_001;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _file;

    public KilledDownloadTests()
    {
        TinyNetwork.WriteZip(_folder["model.pth"]);
        _file = File.ReadAllBytes(_folder["model.pth"]);
        Directory.CreateDirectory(_folder["weights"]);
    }

    [Fact]
    public async Task A_killed_download_goes_on_from_where_it_was()
    {
        using (var server = new LoopbackServer(new Answer("200 OK", _file[..Came]) { AnnouncedLength = _file.Length, Hangs = true }))
        {
            WriteCatalogue(server, Hash(_file));
            using var process = ToolProcess.Start(Pull());
            while (!process.HasExited && !(File.Exists(Part) && new FileInfo(Part).Length == Came)) await Task.Delay(20);
            Assert.False(process.HasExited, "the program ended by itself");
            process.Kill(); // SIGKILL: no handler runs
            await process.WaitForExitAsync();
        }
        Assert.Equal(["model.pth.part"], InWeights());

        using var rest = new LoopbackServer(
            new Answer("206 Partial Content", _file[Came..]) { Range = $"bytes {Came}-{_file.Length - 1}/{_file.Length}" });
        WriteCatalogue(rest, Hash(_file));
        var (code, output, errors) = await ToolProcess.Run(null, Pull());

        Assert.True(code == 0, errors);
        Assert.Equal([$"bytes={Came}-"], rest.Ranges);
        Assert.Equal(["tiny.safetensors"], InWeights());
        Assert.Contains($"tiny is installed: {_folder["weights/tiny.safetensors"]}", output, StringComparison.Ordinal);
        using var model = ModelFile.Open(_folder["weights/tiny.safetensors"]);
        Assert.Equal(Hash(_file), model.Metadata["source_sha256"]);
        Assert.Equal(new RrdbNetShape(4, 3, 3, 4, 1, 2), model.Network);
    }

    [Fact]
    public async Task A_file_of_a_wrong_hash_is_kept_apart_and_the_person_told_where()
    {
        using var server = new LoopbackServer(new Answer("200 OK", _file));
        var expected = new string('0', 64);
        WriteCatalogue(server, expected);
        var (code, _, errors) = await ToolProcess.Run(null, Pull());

        Assert.Equal(1, code);
        var kept = _folder["weights/model.pth.wrong-hash"];
        Assert.Contains(
            $"tiny: {server.Address}: model.pth has the SHA-256 {Hash(_file)} where the catalogue says {expected}; it is not used and kept apart as {kept}{Environment.NewLine}",
            errors, StringComparison.Ordinal);
        Assert.Equal(["model.pth.wrong-hash"], InWeights());
        Assert.Equal(_file, File.ReadAllBytes(kept));
    }

    public static TheoryData<string, string> BadCatalogues => new()
    {
        { "{", "line 1 is no JSON, or has a key or a value that a catalogue has not, or something is missing ($)" },
        { "{\n\"models\": [\n{\"nome\": 1}]}", "line 3 is no JSON, or has a key or a value that a catalogue has not, or something is missing ($.models[0].nome)" },
        { "null", "the catalogue is empty" },
        { """{"models":[null]}""", "a model, a source or a file is null" },
        { """{"models":[{"name":"x","network":"","about":"","sources":[null]}]}""", "a model, a source or a file is null" },
        { """{"models":[{"name":"../x","network":"","about":"","sources":[]}]}""", "'../x' is not the name of a model (a-z, 0-9, '-', '.')" },
        { """{"models":[{"name":"x","network":"","about":"","sources":[{"url":"file:///etc/passwd","licence":""}]}]}""", "a source of 'x' has neither an http address as 'url' nor 'npm' with 'files'" },
        { """{"models":[{"name":"x","network":"","about":"","sources":[{"url":"http://127.0.0.1/","licence":""}]}]}""", "a source of 'x' names no file" },
        { """{"models":[{"name":"x","network":"","about":"","sources":[{"url":"http://127.0.0.1/a","sha256":"AB","licence":""}]}]}""", "'AB' is no SHA-256 in lower-case hexadecimal digits, in a source of 'x'" },
    };

    [Theory]
    [MemberData(nameof(BadCatalogues))]
    public async Task A_catalogue_that_is_none_is_refused(string json, string fault)
    {
        File.WriteAllText(_folder["c.json"], json);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await new CommandLine(output, errors, isTerminal: false).Run(["pull", "--list", "--catalogue", _folder["c.json"]]);
        Assert.Equal($"error: {_folder["c.json"]} is no catalogue: {fault}; write it like weights/models.json{Environment.NewLine}", errors.ToString());
        Assert.Equal(2, code);
    }

    public void Dispose() => _folder.Dispose();

    private string Part => _folder["weights/model.pth.part"];

    private string[] Pull() => ["pull", "tiny", "--catalogue", _folder["c.json"], "--weights", _folder["weights"]];

    private List<string> InWeights() => [.. Directory.EnumerateFiles(_folder["weights"]).Select(path => Path.GetFileName(path)!)];

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private void WriteCatalogue(LoopbackServer server, string sha256) => File.WriteAllText(
        _folder["c.json"],
        $$"""{"models":[{"name":"tiny","network":"RRDBNet","about":"a tiny model","sources":[{"url":"{{server.Address}}","sha256":"{{sha256}}","licence":"none"}]}]}""");
}
