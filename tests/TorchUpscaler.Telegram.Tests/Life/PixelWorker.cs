using TorchUpscaler.Core;
using TorchUpscaler.Queue;

namespace TorchUpscaler.Telegram.Tests.Life;

/// <summary>A worker that enlarges by repeating pixels, so that whose result it is can be told. Fails at what is named so.</summary>
internal sealed class PixelWorker : IDisposable
{
    private readonly IPictureCodec _codec;
    private readonly IJobStore _store;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    internal PixelWorker(IPictureCodec codec, IJobStore store)
    {
        (_codec, _store) = (codec, store);
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
        if (job.Name.StartsWith("fails", StringComparison.Ordinal))
        {
            _store.Fail(job.Claim, "the picture could not be computed", isFinal: true);
            return;
        }
        var scale = job.Scale ?? 4;
        var picture = _codec.Read(_store.FetchInput(job), 10_000_000, CancellationToken.None);
        var format = job.Format ?? PictureFormat.Png;
        var path = Path.Combine(_store.WorkFolder(job.Claim), "result" + PictureFormats.Extension(format));
        using (var writer = _codec.Create(path, ResultShape.Of(picture, scale, format), new EncodeOptions(format)))
        {
            writer.Write(Enlarged(picture, scale), picture.Height * scale);
            writer.Complete();
        }
        _store.Finish(job.Claim, new FinishedPicture(path, picture.Width * scale, picture.Height * scale, "pixels", null, 0.5));
    }
}
