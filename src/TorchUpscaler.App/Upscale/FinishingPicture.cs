using System.Diagnostics;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Upscale;

/// <summary>How an encoder ended.</summary>
/// <param name="Time">What it took from the last row on.</param>
/// <param name="At">When, as <see cref="Stopwatch.GetTimestamp"/> says it.</param>
internal sealed record EncoderEnd(TimeSpan Time, long At);

/// <summary>
/// A picture's encoder, which ends on another thread when all rows have come, so that the next picture's network need not wait
/// for it. The result has its final name, and counts as done, only when <see cref="Wait"/> has returned.
/// </summary>
/// <param name="writer">The encoder.</param>
/// <param name="memory">What it holds at its peak, in bytes.</param>
/// <param name="cancellation">Removes what is half-written at once, even where the work takes its time to notice.</param>
internal sealed class FinishingPicture(IPictureWriter writer, long memory, CancellationToken cancellation) : IPictureWriter
{
    private readonly CancellationTokenRegistration _removal = cancellation.Register(writer.Dispose);
    private Task<EncoderEnd>? _end;

    /// <summary>What the encoder holds at its peak, in bytes.</summary>
    internal long Memory => memory;

    /// <summary>Whether <see cref="Wait"/> returns at once.</summary>
    internal bool IsDone => _end is { IsCompleted: true };

    /// <summary>Is called before the encoder's end begins: where the one before has to be done first.</summary>
    internal Action BeforeEnd { get; init; } = () => { };

    /// <summary>Time that <see cref="BeforeEnd"/> took, which is not this picture's.</summary>
    internal TimeSpan Waited { get; private set; }

    /// <summary>What is reported when the encoder has ended.</summary>
    internal Func<EncoderEnd, PictureReport>? Report { get; set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> rows, int count) => writer.Write(rows, count);

    /// <inheritdoc/>
    public void Complete()
    {
        var watch = Stopwatch.StartNew();
        BeforeEnd();
        Waited = watch.Elapsed;
        _end = Task.Run(() =>
        {
            watch.Restart();
            writer.Complete();
            return new EncoderEnd(watch.Elapsed, Stopwatch.GetTimestamp());
        });
    }

    /// <summary>Waits for the encoder's end.</summary>
    /// <exception cref="IOException">The result cannot be written.</exception>
    internal PictureReport Wait()
    {
        try
        {
            return Report!(_end!.GetAwaiter().GetResult());
        }
        finally
        {
            Abandon();
        }
    }

    /// <summary>Gives the encoder up; a result that is done stays.</summary>
    internal void Abandon()
    {
        _removal.Dispose();
        writer.Dispose();
    }

    /// <summary>The end of the run that wrote the rows. An encoder that is ending goes on.</summary>
    public void Dispose()
    {
        if (_end is null) Abandon();
    }
}
