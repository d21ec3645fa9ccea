namespace TorchUpscaler.Telegram.Api.Wire;

/// <summary>A file that is read while it is sent: as many bytes of it as it had when it was opened.</summary>
internal sealed class UploadStream : FileStream
{
    private const int BufferBytes = 1 << 16;

    private readonly Action<int> _moved;
    private readonly long _length;

    private UploadStream(string path, Action<int> moved)
        : base(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan) =>
        (_moved, _length) = (moved, base.Length);

    /// <inheritdoc/>
    public override long Length => _length;

    /// <summary>Opens a file.</summary>
    /// <param name="file">One of this machine.</param>
    /// <param name="moved">Called with their number whenever bytes have been taken.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static UploadStream Open(OutgoingFile file, Action<int> moved)
    {
        try
        {
            return new UploadStream(file.Path!, moved);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <inheritdoc/>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        for (var left = _length - Position; left > 0;)
        {
            var count = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
            if (count == 0) throw new IOException("a file became shorter while it was sent");
            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            left -= count;
            _moved(count);
        }
    }
}
