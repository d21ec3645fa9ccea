using BenchmarkDotNet.Attributes;
using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Kernels;

/// <summary>The sinks behind the network, each with 512 rows of 2,048 pixels that come 16 at a time, in front of an encoder that does nothing.</summary>
public class SinkBenchmarks : IDisposable
{
    private const int Width = 2048;
    private const int Height = 512;
    private const int Scale = 4;
    private const int RowsAtATime = 16;

    private readonly float[] _rows = [.. Enumerable.Range(0, RowsAtATime * Width * 3).Select(i => (i * 31 % 1009 / 900f) - 0.05f)];
    private readonly Picture _withAlpha = new(Width / Scale, Height / Scale, 4, 8);
    private readonly string _folder = Path.GetTempPath();
    private ColumnSpool? _spool;

    public SinkBenchmarks()
    {
        var bytes = _withAlpha.Bytes;
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 37);
    }

    [GlobalSetup(Target = nameof(SpoolBack))]
    public void FillSpool() => Spool(_spool = new ColumnSpool(_folder));

    [Benchmark]
    public void To8Bits() => Feed(Encoder(8));

    [Benchmark]
    public void To16Bits() => Feed(Encoder(16));

    [Benchmark]
    public void ToGrey() => Feed(new GreySink(Encoder(8)));

    [Benchmark]
    public void WithAlpha() => Feed(new AlphaSink(_withAlpha, Encoder(8)));

    /// <summary>The same pixels as columns into a spool's file.</summary>
    [Benchmark]
    public void SpoolAway()
    {
        using var spool = new ColumnSpool(_folder);
        Spool(spool);
    }

    /// <summary>And back by rows.</summary>
    [Benchmark]
    public void SpoolBack()
    {
        using var sink = Encoder(8);
        sink.Begin(Width, Height, 3);
        for (var row = 0; row < Height;) row = _spool!.Replay(row, sink);
        sink.Complete();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _spool?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static EncodeSink Encoder(int bits) => new(bits, PictureMetadata.None, _ => new Nowhere());

    private void Feed(IRowSink sink)
    {
        using (sink)
        {
            sink.Begin(Width, Height, 3);
            for (var row = 0; row < Height; row += RowsAtATime) sink.Write(_rows, RowsAtATime);
            sink.Complete();
        }
    }

    // A spool's rows are the picture's columns.
    private void Spool(ColumnSpool spool)
    {
        const int columnsAtATime = RowsAtATime * Width / Height;
        spool.Begin(Height, Width, 3);
        for (var column = 0; column < Width; column += columnsAtATime) spool.Write(_rows, columnsAtATime);
        spool.Complete();
    }

    private sealed class Nowhere : IPictureWriter
    {
        public void Write(ReadOnlySpan<byte> rows, int count)
        {
        }

        public void Complete()
        {
        }

        public void Dispose()
        {
        }
    }
}
