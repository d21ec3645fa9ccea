using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>A file as it is sent.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">The name that it is sent under.</param>
/// <param name="Bytes">How many it has.</param>
/// <param name="Fitted">Where it had to be made smaller: the quality of the JPEG that it is now.</param>
/// <param name="IsOverWhite">Whether what was transparent is white now.</param>
internal sealed record ResultFile(string Path, string Name, long Bytes, int? Fitted = null, bool IsOverWhite = false);

/// <summary>Brings results to what Telegram takes: as they are where that can be, else as a JPEG of the best quality that fits.</summary>
internal sealed class ResultFiles(IPictureCodec codec, IJobStore store, LifeOptions options) : IDisposable
{
    private const int MostSides = 10_000, MostRatio = 20; // of a photo: width and height together; one by the other
    private static readonly int[] s_qualities = [95, 90, 85, 75, 60, 45, 30];

    private readonly SemaphoreSlim _one = new(1); // writing a large picture anew takes all the time that there is

    /// <summary>Whether Telegram takes a picture of this size as a photo.</summary>
    internal static bool CanBePhoto(int width, int height) =>
        (long)width + height <= MostSides && Math.Max(width, height) <= (long)MostRatio * Math.Min(width, height);

    /// <summary>The result's file as a document.</summary>
    /// <param name="job">Its job.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="below">Fewer bytes than these, where so many were refused; or null.</param>
    /// <param name="cancellation">The process is to end.</param>
    /// <returns>Null where no JPEG of it is small enough.</returns>
    internal Task<ResultFile?> Document(Job job, string path, long? below, CancellationToken cancellation) =>
        Fitting(job, path, Math.Min(options.Terms.LargestSend, below - 1 ?? long.MaxValue), "document", isPhoto: false, cancellation);

    /// <summary>The result's file as a photo; of a size that can be one.</summary>
    /// <returns>Null where no JPEG of it is small enough.</returns>
    internal Task<ResultFile?> Photo(Job job, string path, CancellationToken cancellation) => Fitting(job, path, options.LargestPhoto, "photo", isPhoto: true, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<ResultFile?> Fitting(Job job, string path, long limit, string work, bool isPhoto, CancellationToken cancellation)
    {
        var extension = Path.GetExtension(path);
        // Telegram makes stickers of WebP photos.
        var isFit = job.ResultBytes <= limit && !(isPhoto && extension == PictureFormats.Extension(PictureFormat.WebP));
        if (isFit) return new ResultFile(path, NameOf(job, extension), job.ResultBytes);
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Fit(job, path, limit, work, cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    private ResultFile? Fit(Job job, string path, long limit, string work, CancellationToken cancellation)
    {
        var extension = PictureFormats.Extension(PictureFormat.Jpeg);
        var target = Path.Combine(store.WorkFolder(job.Claim), work + extension);
        if (Math.Max(job.ResultWidth, job.ResultHeight) > PictureFormats.LargestSide(PictureFormat.Jpeg)) return null;
        var hasAlpha = HasAlpha(path);
        foreach (var quality in s_qualities)
        {
            try
            {
                codec.Recode(path, target, new EncodeOptions(PictureFormat.Jpeg, quality), cancellation);
            }
            catch (PictureException)
            {
                return null; // no JPEG can be made of it
            }
            var bytes = new FileInfo(target).Length;
            if (bytes <= limit) return new ResultFile(target, NameOf(job, extension), bytes, quality, hasAlpha);
        }
        return null;
    }

    private bool HasAlpha(string path)
    {
        try
        {
            return codec.ReadHeader(path).Channels is 2 or 4;
        }
        catch (PictureException)
        {
            return false; // no JPEG can be made of it
        }
    }

    private static string NameOf(Job job, string extension) =>
        Api.FileNames.Clean(FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(job.Name)}_x{ScaleOf(job)}{extension}"));

    private static int ScaleOf(Job job) => job.Scale ?? (job.Width > 0 ? Math.Max(1, job.ResultWidth / job.Width) : StatusTexts.UsualScale);
}
