using System.Runtime.InteropServices;
using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Native;

/// <summary>A libvips call failed. Callers turn it into a sentence of their own; the message is libvips' first line.</summary>
internal sealed class VipsException(string message) : Exception(message)
{
    private const int LongestMessage = 160;
    private const string NoReason = "no reason given";

    /// <summary>The message as an aside behind a sentence: <c> (message)</c>, or nothing where libvips has given none.</summary>
    internal string Aside => Message == NoReason ? "" : $" ({Message})";

    /// <summary>The error that libvips has just noted in its buffer.</summary>
    internal static VipsException Take() => new(TakeMessage());

    /// <summary>Empties libvips' error buffer: calls that succeed leave complaints there too, which a later failure is not to report.</summary>
    internal static void Forget() => LibVips.ErrorClear();

    /// <summary>Empties libvips' error buffer and returns its first line, fit to stand in a sentence.</summary>
    internal static unsafe string TakeMessage()
    {
        var buffer = LibVips.ErrorBufferCopy();
        var text = Marshal.PtrToStringUTF8((nint)buffer) ?? "";
        LibVips.Free(buffer);

        var line = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault(NoReason);
        return Display.Text(line.Length > LongestMessage ? line[..LongestMessage] : line);
    }
}
