using System.Xml.Linq;

namespace TorchUpscaler.App.Tests.Containers;

/// <summary>The Dockerfiles, held to what can be seen without an engine: what they copy is there, and what they build is whole.</summary>
public sealed class ImageTests
{
    private static readonly string[] Built = ["src/TorchUpscaler.App", "tools/WeightConverter"];

    private static readonly string[] Names = ["Dockerfile", "Dockerfile.cuda"];

    public static TheoryData<string> Files => [.. Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_copied_is_there_and_is_let_through(string name)
    {
        var let = File.ReadLines(Path.Combine(Repository.Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();

        Assert.All(new ImageFile(name).Copied, source =>
        {
            Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), $"there is no {source}");
            Assert.Contains(let, path => source == path || source.StartsWith(path + "/", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Nothing_is_let_through_that_no_image_takes()
    {
        var copied = Names.SelectMany(name => new ImageFile(name).Copied).ToList();

        Assert.All(File.ReadLines(Path.Combine(Repository.Root, ".dockerignore")).Where(line => line.StartsWith('!')), line => Assert.Contains(line[1..], copied));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void All_that_is_built_into_the_programs_is_copied_before_the_sources_and_restored(string name)
    {
        var file = new ImageFile(name);
        var beforeRestore = file.Instructions.TakeWhile(instruction => instruction.Word != "RUN").Where(instruction => instruction.Word == "COPY").SelectMany(instruction => instruction.Arguments.Split(' ')[..^1]);
        var projects = beforeRestore.Where(source => source.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

        Assert.Equal(ProjectsOf(Built).Order(StringComparer.Ordinal), projects.Order(StringComparer.Ordinal));
        var shared = Directory.GetFiles(Repository.Root, "Directory.*").Select(file => Path.GetFileName(file)).Where(file => file != "Directory.Solution.targets");
        Assert.All(shared.Append("global.json"), file => Assert.Contains(file, beforeRestore));
        Assert.All(Built, project => Assert.Contains($"dotnet restore {project} ", file.All("RUN").First(), StringComparison.Ordinal));
        Assert.All(Built, project => Assert.Contains($"dotnet publish {project} -c Release --no-restore ", file.All("RUN").ElementAt(1), StringComparison.Ordinal));
    }

    // What else a project takes from outside its folder has to be copied too.
    [Theory]
    [MemberData(nameof(Files))]
    public void Files_that_the_projects_take_from_elsewhere_are_copied(string name)
    {
        var copied = new ImageFile(name).Copied;
        var wanted = ProjectsOf(Built).SelectMany(project => XDocument.Load(Path.Combine(Repository.Root, project)).Descendants()
            .Where(item => item.Name.LocalName is "Content" or "EmbeddedResource" or "Compile" or "None").Select(item => (string?)item.Attribute("Include"))
            .Where(path => path?.StartsWith("..", StringComparison.Ordinal) == true)
            .Select(path => Path.GetRelativePath(Repository.Root, Path.GetFullPath(path!, Path.GetDirectoryName(Path.Combine(Repository.Root, project))!)))).Distinct();

        Assert.All(wanted, path => Assert.Contains(path, copied));
        Assert.NotEmpty(wanted);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_image_runs_the_program_as_somebody_without_rights_and_asks_it_for_its_health(string name)
    {
        var file = new ImageFile(name);

        Assert.Equal("10001:10001", Assert.Single(file.All("USER")));
        Assert.Equal("""["torchupscaler"]""", Assert.Single(file.All("ENTRYPOINT"))); // the program itself, which hears SIGTERM
        Assert.EndsWith("""CMD ["torchupscaler", "health"]""", Assert.Single(file.All("HEALTHCHECK")), StringComparison.Ordinal);
        Assert.Equal("""["/data", "/weights"]""", Assert.Single(file.All("VOLUME")));
        Assert.All(file.All("ARG").Where(rest => rest.StartsWith("SDK=", StringComparison.Ordinal) || rest.StartsWith("DEBIAN=", StringComparison.Ordinal)),
            rest => Assert.Matches("^[A-Z]+=[a-z./]+:[0-9][0-9a-z.-]*$", rest)); // no latest
        Assert.Equal(["${SDK} AS build", "${DEBIAN}"], file.All("FROM"));
    }

    [Fact]
    public void The_image_for_a_card_is_the_full_build_and_asks_for_the_card()
    {
        var file = new ImageFile("Dockerfile.cuda");
        var variables = string.Join(' ', file.All("ENV"));

        Assert.Equal(3, file.All("RUN").Count());
        Assert.Contains("-p:Packages=full", variables, StringComparison.Ordinal);
        Assert.All(file.All("RUN").Take(2).SelectMany(run => run.Split("&&")), command => Assert.Contains(" ${OPTIONS} -p:Torch=${TORCH}", command, StringComparison.Ordinal));
        Assert.Contains("TORCH=cuda", file.All("ARG"));
        foreach (var variable in new[] { "NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_DRIVER_CAPABILITIES=compute,utility", "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True" })
            Assert.Contains(variable, variables, StringComparison.Ordinal);
    }

    // A project and all that it refers to, as paths in the repository.
    private static HashSet<string> ProjectsOf(IEnumerable<string> folders)
    {
        HashSet<string> found = [];
        Queue<string> waiting = new(folders.Select(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj").Single()));
        while (waiting.TryDequeue(out var project))
        {
            if (!found.Add(Path.GetRelativePath(Repository.Root, project))) continue;
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
                waiting.Enqueue(Path.GetFullPath((string)reference.Attribute("Include")!, Path.GetDirectoryName(project)!));
        }
        return found;
    }
}
