using System.Net;
using Microsoft.Extensions.Logging;
using TorchUpscaler.App.Bot;
using TorchUpscaler.App.Composition;
using TorchUpscaler.App.Models;
using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary>How logs are written.</summary>
internal enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object in a line.</summary>
    Json,
}

/// <summary>All settings of the commands that work with a queue, checked.</summary>
internal sealed record ServiceSettings
{
    /// <summary>The store: a folder, or a PostgreSQL database. May have a password in it; null where there is no default on this machine.</summary>
    internal string? Store { get; init; } = DataFolder("queue");

    /// <summary>With PostgreSQL, this machine's folder for what is worked on; null where there is no default on this machine.</summary>
    internal string? WorkFolder { get; init; } = DataFolder("work");

    /// <summary>A folder that models are looked for in first, or null.</summary>
    internal string? Weights { get; init; }

    /// <summary>What computes.</summary>
    internal EngineWish Engine { get; init; } = new();

    /// <summary>The codec's name, as in <see cref="Codecs"/>.</summary>
    internal string Codec { get; init; } = Codecs.Names[0];

    /// <summary>Pictures of more pixels are made with the fast model on a CPU; 0: none.</summary>
    internal long FastAbovePixels { get; init; } = ModelChooser.DefaultFastAbovePixels;

    /// <summary>Where health and metrics are served, or null: nowhere.</summary>
    internal IPEndPoint? Listen { get; init; } = new(IPAddress.Loopback, 9464);

    /// <summary>How logs are written.</summary>
    internal LogFormat LogFormat { get; init; }

    /// <summary>From which level on.</summary>
    internal LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>What the queue promises.</summary>
    internal QueueOptions Queue { get; init; } = new();

    /// <summary>What the worker may use.</summary>
    internal WorkerOptions Worker { get; init; } = new();

    /// <summary>The bot's.</summary>
    internal BotSettings Bot { get; init; } = new();

    /// <summary>Opens the store.</summary>
    /// <exception cref="InputException">It cannot be opened.</exception>
    internal IJobStore OpenStore()
    {
        if (Store is null || WorkFolder is null)
            throw new InputException("no store is named, and this account has no home folder for one; name it with --store, or in the setting Store");
        return JobStores.Open(Store, WorkFolder, Queue);
    }

    /// <summary>Chooses models as the worker does.</summary>
    internal ModelChooser Chooser() => new(new ModelFolders(Weights))
    {
        FastAbovePixels = Engines.Of(Engine).IsOnCpu ? FastAbovePixels : 0,
        Catalogue = Catalogue.Names(),
    };

    /// <summary>Checks pictures before they are queued.</summary>
    internal PictureCheck Check(IPictureCodec codec) =>
        new(codec, new ModelFolders(Weights), Chooser(), new PictureLimits(Worker.MaxInputPixels, Worker.MaxOutputPixels), Worker.Model);

    // Of the account, wherever the program is started: a queue must not depend on the working directory.
    private static string? DataFolder(string name)
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length == 0 ? null : Path.Combine(data, "torchupscaler", name);
    }
}
