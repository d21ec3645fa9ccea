namespace TorchUpscaler.BotServer.World;

/// <summary>A file that the server has.</summary>
public sealed class ServerFile
{
    /// <summary>Names it for the bot.</summary>
    public required string Id { get; init; }

    /// <summary>The same for equal files.</summary>
    public required string UniqueId { get; init; }

    /// <summary>Where its bytes lie.</summary>
    public required string Path { get; init; }

    /// <summary>Its path at the server.</summary>
    public required string RemotePath { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Size { get; init; }

    /// <summary>The SHA-256 of its bytes, in hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Its type.</summary>
    public required string Mime { get; init; }

    /// <summary>Columns, where it is a picture.</summary>
    public int Width { get; init; }

    /// <summary>Rows, where it is a picture.</summary>
    public int Height { get; init; }

    /// <summary>Its bytes.</summary>
    public byte[] Bytes => File.ReadAllBytes(Path);
}
