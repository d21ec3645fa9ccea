using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>
/// Standard input and output as a picture's file and its result's: both pass through a temporary folder of their own, since a
/// codec reads and writes files, and since only a whole result may go out.
/// </summary>
internal sealed class StandardStreams : IDisposable
{
    /// <summary>What stands for them on the command line.</summary>
    internal const string Name = "-";

    /// <summary>A picture's name for people.</summary>
    internal static string NameOf(string input) => input == Name ? "standard input" : input;

    private const long MostBytes = 2L << 30;

    private readonly Lazy<string> _folder = new(MakeFolder);

    /// <summary>Reads standard input to its end.</summary>
    /// <returns>The file that holds it.</returns>
    /// <exception cref="PictureException">There is nothing on it, or too much for a picture.</exception>
    /// <exception cref="IOException">It cannot be kept.</exception>
    internal string Receive()
    {
        if (StandardInput.IsClosed()) throw new PictureException("standard input is closed; send a picture to it");
        var path = Path.Combine(_folder.Value, "input");
        try
        {
            using var input = Console.OpenStandardInput();
            using var file = File.Create(path);
            var buffer = new byte[1 << 16];
            for (int count; (count = input.Read(buffer)) > 0;)
            {
                file.Write(buffer, 0, count);
                if (file.Length > MostBytes) throw new PictureException("standard input has more than 2 GB, which is no picture that can be read; give a smaller one");
            }
            if (file.Length == 0) throw new PictureException("standard input is empty; send a picture to it");
            return path;
        }
        catch (Exception error) when (TemporaryFolder.IsFull(error))
        {
            throw TemporaryFolder.Failure(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"standard input cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Where the result is written before it is sent.</summary>
    /// <exception cref="InputException">Standard output is a terminal.</exception>
    internal string ResultFile()
    {
        if (!Console.IsOutputRedirected) throw new InputException("standard output is a terminal, which shows no pictures; redirect it to a file or a program");
        return Path.Combine(_folder.Value, "result");
    }

    /// <summary>Writes the result to standard output.</summary>
    /// <exception cref="UnwritableOutputException">It does not take it.</exception>
    internal void Send()
    {
        try
        {
            using var file = File.OpenRead(ResultFile());
            StandardOutput.Write(file);
        }
        catch (Exception error) when (UnwritableOutputException.IsCausedBy(error))
        {
            throw new UnwritableOutputException("the picture", error);
        }
    }

    /// <summary>A message about a file of the temporary folder, which nobody knows by its name.</summary>
    internal string Renamed(string message, Exception error)
    {
        if (!_folder.IsValueCreated) return message;
        if (error is IOException && message.Contains(Path.Combine(_folder.Value, "result"), StringComparison.Ordinal))
            return TemporaryFolder.Failure(error.GetBaseException()).Message;
        var path = Path.Combine(_folder.Value, "input");
        return message.Replace(Display.Path(path), "standard input", StringComparison.Ordinal).Replace(path, "standard input", StringComparison.Ordinal);
    }

    private static string MakeFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("torchupscaler-").FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw TemporaryFolder.Failure(error);
        }
    }

    /// <summary>Removes the temporary folder.</summary>
    public void Dispose()
    {
        try
        {
            if (_folder.IsValueCreated) Directory.Delete(_folder.Value, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is gone already, or being written to by what is about to end.
        }
    }
}
