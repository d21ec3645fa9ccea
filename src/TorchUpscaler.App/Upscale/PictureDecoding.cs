using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>A picture's decoding: ahead of its turn on another thread, or on the thread that asks for the pixels.</summary>
/// <param name="codec">Reads the file.</param>
/// <param name="planned">The picture.</param>
/// <param name="maxPixels">More are refused.</param>
internal sealed class PictureDecoding(IPictureCodec codec, PlannedPicture planned, long maxPixels)
{
    private Task<(Picture, TimeSpan)>? _ahead;

    /// <summary>The picture.</summary>
    internal PlannedPicture Planned => planned;

    /// <summary>Memory that decoding takes at most, in bytes.</summary>
    internal long Bytes => codec.DecoderBytes(planned.Header);

    /// <summary>Begins to decode on another thread.</summary>
    internal void Begin(CancellationToken cancellation) => _ahead ??= Task.Run(() => Decode(cancellation), CancellationToken.None);

    /// <summary>Whether it goes on on another thread.</summary>
    internal bool IsBusy => _ahead is { IsCompleted: false };

    /// <summary>Lets go of what has been decoded ahead, once that has ended; it is decoded anew in its turn.</summary>
    internal void GiveUp()
    {
        if (_ahead is not null) Task.WaitAny(_ahead);
        _ahead = null;
    }

    /// <summary>The decoded picture, and the time that decoding it took.</summary>
    /// <exception cref="PictureException">Truncated or damaged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    internal (Picture Picture, TimeSpan Time) Get(CancellationToken cancellation)
    {
        if (_ahead is not { } ahead) return Decode(cancellation);
        _ahead = null; // the picture is large, and dead when the caller has done with it
        return ahead.GetAwaiter().GetResult();
    }

    private (Picture, TimeSpan) Decode(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        return (codec.Read(planned.Source, maxPixels, cancellation), watch.Elapsed);
    }
}
