namespace TorchUpscaler.Core;

/// <summary>Names and messages from outside, made fit to stand in one line for a person.</summary>
public static class Display
{
    /// <summary>The text with control characters (line breaks, terminal escapes) shown as <c>?</c>.</summary>
    public static string Text(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>A path in quotation marks.</summary>
    public static string Path(string path) => $"'{Text(path)}'";
}
