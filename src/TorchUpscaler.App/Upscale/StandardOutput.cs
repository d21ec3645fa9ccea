using Microsoft.Win32.SafeHandles;

namespace TorchUpscaler.App.Upscale;

/// <summary>Standard output as one that tells when nobody reads it any more. The console's own stream keeps silent then.</summary>
internal static class StandardOutput
{
    private const int Number = 1, TryAgain = 11; // EAGAIN, of a pipe that does not block
    private const int PieceBytes = 4096;         // a pipe takes so many at once, or none

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Writes all that is left of a stream.</summary>
    /// <exception cref="IOException">It is not taken: the disk is full, or the program that read it has ended.</exception>
    internal static void Write(Stream source)
    {
        using var console = Console.OpenStandardOutput();
        using var handle = OperatingSystem.IsWindows() ? null : new SafeFileHandle(Number, ownsHandle: false);
        using var direct = handle is null ? null : new FileStream(handle, FileAccess.Write, bufferSize: 0);
        // In a file the console's stream moves the position that later programs go on from.
        if (direct is null || direct.CanSeek)
        {
            source.CopyTo(console);
            console.Flush();
            return;
        }
        var piece = new byte[PieceBytes];
        for (int count; (count = source.Read(piece)) > 0;) WriteWhole(direct, piece.AsSpan(0, count));
    }

    private static void WriteWhole(FileStream output, ReadOnlySpan<byte> piece)
    {
        while (true)
        {
            try
            {
                output.Write(piece);
                return;
            }
            catch (IOException error) when ((error.HResult & 0xFFFF) == TryAgain)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
