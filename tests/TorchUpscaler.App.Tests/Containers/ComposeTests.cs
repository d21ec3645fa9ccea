using System.Globalization;
using System.Text.RegularExpressions;
using TorchUpscaler.App.Service;

namespace TorchUpscaler.App.Tests.Containers;

/// <summary>The compose files, in every combination that they are made for.</summary>
public sealed partial class ComposeTests
{
    private const string Base = "compose.yaml", Gpu = "compose.gpu.yaml", Cluster = "compose.cluster.yaml";

    public static TheoryData<string[]> Combinations => [[Base], [Base, Gpu], [Base, Cluster], [Base, Gpu, Cluster], [Base, Cluster, Gpu]];

    [Theory]
    [MemberData(nameof(Combinations))]
    public void There_is_one_bot_and_somebody_who_enlarges(params string[] files)
    {
        var services = ComposeFile.Services(ComposeFile.Read(files));

        var bot = Assert.Single(services, service => Command(service.Value) is ["bot", ..]);
        Assert.Equal(1, Replicas(bot.Value));
        var workers = services.Where(service => Command(service.Value) is ["worker", ..]).Sum(service => Replicas(service.Value));
        Assert.Equal(files.Contains(Cluster) ? 1 : 0, workers);
        Assert.Equal(files.Contains(Cluster), Command(bot.Value).Contains("--no-worker"));
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_programs_have_time_to_stop_and_nothing_to_write_to_but_their_volumes(params string[] files)
    {
        var programs = ComposeFile.Services(ComposeFile.Read(files)).Where(service => Command(service.Value) is ["bot" or "worker", ..]).ToList();

        Assert.Equal(2, programs.Count);
        foreach (var (name, program) in programs)
        {
            var grace = (string)program["stop_grace_period"];
            Assert.True(grace.EndsWith('s') && int.Parse(grace[..^1], CultureInfo.InvariantCulture) > WorkerCommand.Grace.TotalSeconds + 1, $"{name}: {grace}");
            Assert.Equal("true", program["read_only"]);
            Assert.Equal(["/tmp"], (List<string>)program["tmpfs"]);
            Assert.Equal(["ALL"], (List<string>)program["cap_drop"]);
            Assert.Equal(["data:/data", "weights:/weights:ro"], (List<string>)program["volumes"]);
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void All_run_the_same_image_and_its_file_is_there(params string[] files)
    {
        var all = (Dictionary<string, object>)ComposeFile.Read(files)["services"];
        var programs = new[] { "bot", "worker", "weights" }.Select(name => (Dictionary<string, object>)all[name]).ToList();

        Assert.Equal(files.Contains(Gpu) ? "torchupscaler:cuda" : "torchupscaler:cpu", Assert.Single(programs.Select(program => (string)program["image"]).Distinct()));
        var file = Assert.Single(programs.Select(program => (string)((Dictionary<string, object>)program["build"])["dockerfile"]).Distinct());
        Assert.Equal(files.Contains(Gpu) ? "Dockerfile.cuda" : "Dockerfile", file);
        Assert.Equal(files.Contains(Gpu), programs[..2].All(program => program.GetValueOrDefault("deploy") is Dictionary<string, object> deploy && deploy.ContainsKey("resources")));
        Assert.Equal(["weights"], (List<string>)programs[2]["entrypoint"]);
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Secrets_come_from_files_and_to_those_who_need_them(params string[] files)
    {
        var all = ComposeFile.Read(files);
        var services = ComposeFile.Services(all);
        var secrets = (Dictionary<string, object>)all["secrets"];

        Assert.All(secrets.Values, secret => Assert.StartsWith("./secrets/", (string)((Dictionary<string, object>)secret)["file"], StringComparison.Ordinal));
        foreach (var (name, service) in services)
        {
            var given = service.GetValueOrDefault("secrets") as List<string> ?? [];
            var mentioned = Secret().Matches(string.Join(' ', ((Dictionary<string, object>)service["environment"]).Values)).Select(match => match.Groups["name"].Value);
            Assert.True(given.Order().SequenceEqual(mentioned.Distinct().Order()), $"{name} is given {string.Join(", ", given)}");
            Assert.All(given, secret => Assert.Contains(secret, secrets));
        }
        Assert.All(secrets.Keys, secret => Assert.Contains(services.Values, service => service.GetValueOrDefault("secrets") is List<string> given && given.Contains(secret)));
    }

    [Fact]
    public void Every_setting_in_the_environment_exists()
    {
        string[] files = [Base, Gpu, Cluster, "Dockerfile", "Dockerfile.cuda"];
        var used = files.SelectMany(file => SettingName().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))).Select(match => match.Groups["name"].Value).Distinct().ToList();

        Assert.Contains("BOT__TOKENFILE", used);
        var known = Setting.All.Select(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant()).ToList();
        Assert.All(used, name => Assert.Contains(name, known));
    }

    [Fact]
    public void What_a_variable_of_the_machine_sets_is_the_setting_of_that_name() =>
        Assert.All(new[] { Base, Gpu, Cluster }.SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file))).Select(line => PassedOn().Match(line)).Where(match => match.Success),
            match => Assert.Equal(match.Groups["setting"].Value, match.Groups["variable"].Value));

    [Fact]
    public void Readme_starts_them_by_their_names()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        var named = ComposeName().Matches(readme).Select(match => match.Value).Distinct().ToList();
        Assert.Equal([Cluster, Gpu, Base], named.Order(StringComparer.Ordinal));
        Assert.Contains("docker compose run --rm weights pull x4plus", readme, StringComparison.Ordinal);
        Assert.Contains("docker compose up -d", readme, StringComparison.Ordinal);
    }

    private static List<string> Command(Dictionary<string, object> service) => service.GetValueOrDefault("command") as List<string> ?? [];

    private static int Replicas(Dictionary<string, object> service) =>
        service.GetValueOrDefault("deploy") is Dictionary<string, object> deploy && deploy.TryGetValue("replicas", out var count) ? int.Parse((string)count, CultureInfo.InvariantCulture) : 1;

    [GeneratedRegex("TORCHUPSCALER__(?<name>[A-Z_]+)")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"^\s*(?<setting>TORCHUPSCALER__[A-Z_]+): \$\{(?<variable>[A-Z_]+):-\}$")]
    private static partial Regex PassedOn();

    [GeneratedRegex("/run/secrets/(?<name>[a-z-]+)")]
    private static partial Regex Secret();

    [GeneratedRegex(@"compose(\.[a-z]+)?\.yaml")]
    private static partial Regex ComposeName();
}
