namespace TorchUpscaler.App.Tests;

/// <summary>Small random networks in a weights folder, made once for all tests of a collection.</summary>
public sealed class TinyModels : IDisposable
{
    private readonly Workplace _folder = new();

    public TinyModels()
    {
        Python.MakeModel(_folder.PathOf("x4plus.safetensors"), scale: 4);
        Python.MakeModel(_folder.PathOf("sber-x2.safetensors"), scale: 2);
        Python.MakeModel(_folder.PathOf("grey.safetensors"), scale: 4, channels: 1);
        Python.MakeModel(_folder.PathOf("x4fast.safetensors"), scale: 4, network: "compact");
        Python.MakeModel(_folder.PathOf("general-x4v3.safetensors"), scale: 4, seed: 2, network: "compact");
        Python.MakeModel(_folder.PathOf("general-wdn-x4v3.safetensors"), scale: 4, seed: 3, network: "compact");
    }

    /// <summary>The folder that holds them.</summary>
    public string Folder => _folder.Folder;

    public string PathOf(string name) => _folder.PathOf(name + ".safetensors");

    public void Dispose() => _folder.Dispose();
}

/// <summary>The tests that run the program share the tiny models, and run one after another: they measure time and memory.</summary>
[CollectionDefinition(Name)]
public sealed class ProgramTests : ICollectionFixture<TinyModels>
{
    public const string Name = "The program";
}

/// <summary>The tests that run the bot wait most of the time, for its rates: they run one after another, beside those of the program.</summary>
[CollectionDefinition(Name)]
public sealed class BotProgramTests : ICollectionFixture<TinyModels>
{
    public const string Name = "The bot";
}

/// <summary>Tests that change what programs inherit run when all others are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EnvironmentTests
{
    public const string Name = "The environment";
}
