using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>A worker that enlarges by repeating pixels, so that whose result it is can be told. Fails at what is named so, and keeps what is named so until it is told to go on.</summary>
internal sealed class PixelWorker : IDisposable
{
    private static readonly PictureLimits s_limits = new(1_000_000, 4_000_000);

    private readonly IPictureCodec _codec;
    private readonly IJobStore _store;
    private readonly ManualResetEventSlim _release;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    internal PixelWorker(IPictureCodec codec, IJobStore store, ManualResetEventSlim release)
    {
        (_codec, _store, _release) = (codec, store, release);
        _thread = new Thread(Run) { Name = "pixel worker" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _store.Dispose();
        _stop.Dispose();
    }

    /// <summary>What becomes of samples.</summary>
    internal static byte[] Enlarged(Picture picture, int scale)
    {
        var result = new byte[picture.Width * scale * picture.Height * scale * picture.Channels];
        for (var y = 0; y < picture.Height * scale; y++)
            for (var x = 0; x < picture.Width * scale; x++)
                for (var c = 0; c < picture.Channels; c++)
                    result[(((y * picture.Width * scale) + x) * picture.Channels) + c] = picture.Bytes[((((y / scale) * picture.Width) + (x / scale)) * picture.Channels) + c];
        return result;
    }

    private void Run()
    {
        long seen = 0;
        while (!_stop.IsCancellationRequested)
        {
            if (_store.Claim() is { } job) Do(job);
            else seen = _store.WaitForChange(seen, TimeSpan.FromSeconds(1), _stop.Token);
        }
    }

    private void Do(Job job)
    {
        while (job.Name.StartsWith("holds", StringComparison.Ordinal) && !_release.Wait(50))
            if (_stop.IsCancellationRequested || !_store.Renew(job.Claim, 0.5, isActive: true)) return;
        if (job.Name.Contains("fails", StringComparison.Ordinal))
        {
            _store.Fail(job.Claim, "the picture could not be computed", isFinal: true);
            return;
        }
        var scale = job.Scale ?? 4;
        var format = job.Format ?? PictureFormat.Png;
        var path = Path.Combine(_store.WorkFolder(job.Claim), "result" + PictureFormats.Extension(format));
        try
        {
            s_limits.Check(_codec.ReadHeader(_store.FetchInput(job)), new ModelChoice([], scale), format);
        }
        catch (PictureException error)
        {
            _store.Fail(job.Claim, error.Message, isFinal: true);
            return;
        }
        Enlarge(_codec, _store.FetchInput(job), path, scale, format);
        _store.Finish(job.Claim, new FinishedPicture(path, job.Width * scale, job.Height * scale, "pixels", null, 0.5));
    }

    /// <summary>Writes what becomes of a picture, and returns its bytes.</summary>
    internal static byte[] Enlarge(IPictureCodec codec, string input, string output, int scale, PictureFormat format)
    {
        var picture = codec.Read(input, 10_000_000, CancellationToken.None);
        using (var writer = codec.Create(output, ResultShape.Of(picture, scale, format), new EncodeOptions(format)))
        {
            writer.Write(Enlarged(picture, scale), picture.Height * scale);
            writer.Complete();
        }
        return File.ReadAllBytes(output);
    }
}
