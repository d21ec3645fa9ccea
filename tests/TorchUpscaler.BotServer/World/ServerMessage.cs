using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.World;

/// <summary>A message as the server has it and its readers see it.</summary>
public sealed record ServerMessage
{
    /// <summary>Its number in its chat.</summary>
    public required int Id { get; init; }

    /// <summary>Its chat.</summary>
    public required ServerChat Chat { get; init; }

    /// <summary>Who wrote it; null for the bot.</summary>
    public Person? From { get; init; }

    /// <summary>When, in seconds since 1970.</summary>
    public required long Date { get; init; }

    /// <summary>Its text, or null.</summary>
    public string? Text { get; internal set; }

    /// <summary>The text below a file, or null.</summary>
    public string? Caption { get; internal set; }

    /// <summary>What stands in text or caption, or null.</summary>
    public JsonArray? Entities { get; internal set; }

    /// <summary>A photo: its sizes, the smallest first.</summary>
    public IReadOnlyList<ServerFile> Photo { get; init; } = [];

    /// <summary>A file sent as it is.</summary>
    public ServerFile? Document { get; init; }

    /// <summary>A sticker.</summary>
    public ServerFile? Sticker { get; init; }

    /// <summary>The album that it is of, or null.</summary>
    public string? AlbumId { get; init; }

    /// <summary>What it answers, or null.</summary>
    public ServerMessage? ReplyTo { get; init; }

    /// <summary>The forum's topic that it stands in, or null.</summary>
    public int? Topic { get; init; }

    /// <summary>Its buttons, or null.</summary>
    public JsonObject? Keyboard { get; internal set; }

    /// <summary>Whether it came without a sound.</summary>
    public bool IsSilent { get; init; }

    /// <summary>How often it was changed.</summary>
    public int Edits { get; internal set; }

    /// <summary>Whether it is gone.</summary>
    public bool IsDeleted { get; internal set; }

    /// <summary>Whether the bot wrote it.</summary>
    public bool IsFromBot => From is null;

    /// <summary>What was uploaded for it, or sent by a person: the document, the sticker, or the photo before it was compressed.</summary>
    public ServerFile? File => Document ?? Sticker ?? Original ?? (Photo.Count > 0 ? Photo[^1] : null);

    /// <summary>A photo as it was sent, before it was compressed.</summary>
    internal ServerFile? Original { get; init; }

    /// <summary>Messages are the same only where they are one.</summary>
    public bool Equals(ServerMessage? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>As it stands in the chat.</summary>
    public override string ToString() => Transcript.Line(this);

    /// <summary>The texts on its buttons, row by row.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Buttons => Keyboard?["inline_keyboard"] is JsonArray rows
        ? [.. rows.Select(row => (IReadOnlyList<string>)[.. row!.AsArray().Select(button => (string)button!["text"]!)])]
        : [];

    /// <summary>The data of the button with this text.</summary>
    public string DataOf(string button) =>
        (string?)Keyboard?["inline_keyboard"]!.AsArray().SelectMany(row => row!.AsArray()).FirstOrDefault(found => (string?)found!["text"] == button)?["callback_data"]
        ?? throw new InvalidOperationException($"message #{Id} has no button '{button}' to press; it has {string.Join(", ", Buttons.SelectMany(row => row))}");
}
