using TorchUpscaler.Core;

namespace TorchUpscaler.Imaging.Writing;

/// <summary>
/// Encodes a result while its rows come. A thread of its own runs the encoder, which asks for rows (they wait in a
/// <see cref="RowQueue"/>) and puts out bytes (they pass a <see cref="FileRewriter"/> into a <see cref="ResultFile"/>).
/// </summary>
internal abstract class RowPictureWriter : IPictureWriter
{
    private readonly ResultFile _file;
    private readonly FileRewriter _output;
    private readonly ResultRows _rows;
    private readonly Thread _encoder;
    private bool _isDone;
    private volatile Exception? _failure; // the first thing that went wrong on the encoder's threads

    /// <summary>Prepares; owns <paramref name="file"/> from then on.</summary>
    /// <param name="file">The result's file.</param>
    /// <param name="shape">The result.</param>
    /// <param name="options">Format and quality.</param>
    /// <param name="fitter">Brings the rows to what the format can hold.</param>
    protected RowPictureWriter(ResultFile file, ResultShape shape, EncodeOptions options, RowFitter fitter)
    {
        (_file, Shape, Options, Fitter) = (file, shape, options, fitter);
        _rows = new ResultRows(shape);
        Queue = new RowQueue(fitter.RowBytes, shape.Height);
        _output = FileRewriter.For(options, shape, fitter.Channels);
        _encoder = new Thread(Run) { Name = "picture encoder", IsBackground = true };
    }

    /// <summary>The result.</summary>
    protected ResultShape Shape { get; }

    /// <summary>Format and quality.</summary>
    protected EncodeOptions Options { get; }

    /// <summary>How the rows are brought to what the format can hold.</summary>
    protected RowFitter Fitter { get; }

    /// <summary>The fitted rows.</summary>
    protected RowQueue Queue { get; }

    /// <summary>The file that is written, as it is on the disk.</summary>
    protected Stream File => _file.Stream;

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> rows, int count)
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        _rows.Check(rows, count);
        for (var i = 0; i < count; i++)
        {
            var place = Queue.WaitForRoom();
            if (place.IsEmpty) throw Failure();
            Fitter.Fit(rows.Slice(i * _rows.Bytes, _rows.Bytes), place);
            Queue.Publish();
            _rows.Next();
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isDone, this);
        if (_failure != null) throw Failure();
        _rows.CheckAll();
        _encoder.Join();
        if (_failure != null) throw Failure();
        _file.Commit();
        _isDone = true;
        _file.Dispose();
    }

    /// <summary>
    /// Without <see cref="Complete"/>: removes what has been written, at once, and stops the encoder, which may take a while
    /// where it codes the picture as a whole. May be called from another thread than the one that writes.
    /// </summary>
    public void Dispose()
    {
        _isDone = true;
        _file.Delete();
        Queue.Close();
        _encoder.Join();
        _file.Dispose();
    }

    /// <summary>Starts the encoder, when all is prepared for it.</summary>
    protected void Begin() => _encoder.Start();

    /// <summary>Takes all rows from <see cref="Queue"/> and puts out the file; on the encoder's thread.</summary>
    protected abstract void Encode();

    /// <summary>Whatever is to be said of an error of the encoder.</summary>
    protected virtual Exception Reason(Exception error) => error;

    /// <summary>The encoder's thread ends.</summary>
    protected virtual void EndThread() { }

    /// <summary>Takes the encoder's next bytes. False: it is to stop.</summary>
    protected bool Put(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (Queue.IsClosed) return false;
            _output.Write(bytes, _file.Stream);
            return true;
        }
        catch (Exception e) // it goes to the thread that writes
        {
            _failure ??= e;
            return false;
        }
    }

    private IOException Failure() => _file.Failure(_failure ?? new IOException("the encoder has stopped"));

    private void Run()
    {
        try
        {
            Encode();
            _output.Finish(_file.Stream);
        }
        catch (Exception e) // it goes to the thread that writes
        {
            _failure ??= Reason(e);
        }
        finally
        {
            Queue.Close();
            EndThread();
        }
    }
}
