using TorchUpscaler.App.Upscale;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Tests;

/// <summary>How neighbours overlap, with stand-ins that wait for each other: where they did not overlap, nothing would go on.</summary>
[Collection(ProgramTests.Name)]
public sealed class SequenceTests(TinyModels folder) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Workplace _here = new();
    private readonly FakeCodec _codec = new();
    private readonly FakeEngine _engine = new();
    private readonly List<PictureOutcome> _told = [];

    [Fact]
    public void The_next_picture_is_decoded_while_one_is_computed()
    {
        _engine.OnStep = input => { if (input == 'a') Assert.True(_codec.HasBeenRead("b.png").Wait(s_patience), "b was not decoded while a was computed"); };

        Run("a.png", "b.png");

        Assert.Equal(["a done", "b done"], Told());
        Assert.NotEqual(Environment.CurrentManagedThreadId, _codec.ThreadThatRead("b.png"));
        Assert.Equal(Environment.CurrentManagedThreadId, Assert.Single(_engine.Threads));
    }

    [Fact]
    public void A_picture_is_encoded_to_its_end_while_the_next_is_computed_and_told_of_only_then()
    {
        _codec.OnComplete = output => { if (output == "a_x4.png") Assert.True(_engine.HasStepped('b').Wait(s_patience), "b was not computed while a was encoded"); };

        Run("a.png", "b.png", "c.png");

        Assert.Equal(["a done", "b done", "c done"], Told());
        Assert.Equal(Environment.CurrentManagedThreadId, Assert.Single(_engine.Threads));
    }

    [Fact]
    public void A_picture_whose_encoder_is_ending_holds_its_samples_no_more()
    {
        using var looked = new ManualResetEventSlim();
        bool? isHeld = null;
        _codec.OnComplete = output => { if (output == "a_x4.png") Assert.True(looked.Wait(s_patience), "b was not computed while a was encoded"); };
        _engine.OnStep = input =>
        {
            if (input != 'b' || isHeld is not null) return;
            GC.Collect();
            isHeld = _codec.IsHeld("a.png");
            looked.Set();
        };

        Run("a.png", "b.png");

        Assert.Equal(["a done", "b done"], Told());
        Assert.False(isHeld);
    }

    [Fact]
    public void A_result_is_whole_before_the_next_one_is()
    {
        _codec.OnComplete = output => Thread.Sleep(output == "a_x4.png" ? 200 : 0);

        Run("a.png", "b.png");

        Assert.Equal(["a_x4.png", "b_x4.png"], _codec.Completed);
    }

    [Fact]
    public void An_encoder_that_fails_in_its_end_fails_its_own_picture_and_no_other()
    {
        _codec.OnComplete = output => { if (output == "a_x4.png") throw new IOException("the disk is full"); };

        Run("a.png", "b.png");

        Assert.Equal(["a the disk is full", "b done"], Told());
    }

    [Fact]
    public void A_device_that_is_lost_ends_the_sequence_as_no_other_picture_could_be_computed()
    {
        _engine.OnStep = input => { if (input == 'b') throw new DeviceLostException("cuda:0 is lost", null); };

        var error = Assert.Throws<DeviceLostException>(() => Run("a.png", "b.png", "c.png"));

        Assert.Equal(["a done"], Told());
        Assert.False(_engine.HasStepped('c').IsSet);
        Assert.Equal(("torchupscaler: cuda:0 is lost", 1), (Failure.Describe(error), Failure.ExitCode(error)));
    }

    [Fact]
    public void A_picture_that_is_damaged_is_told_of_in_its_turn()
    {
        _codec.Damaged.Add("b.png");

        Run("a.png", "b.png", "c.png");

        Assert.Equal(["a done", "b damaged", "c done"], Told());
    }

    // Too little for more than one picture at a time, then enough.
    [Theory]
    [InlineData(1, false)]
    [InlineData(2000, true)]
    public void Decoding_ahead_waits_where_the_memory_does_not_allow_it(int megabytes, bool ahead)
    {
        var wasRead = false;
        _engine.OnStep = input => { if (input == 'a') wasRead = _codec.HasBeenRead("b.png").Wait(ahead ? s_patience : TimeSpan.FromMilliseconds(50)); };

        Run(megabytes, "a.png", "b.png");

        Assert.Equal(ahead, wasRead);
        Assert.Equal(["a done", "b done"], Told());
    }

    [Fact]
    public void What_goes_on_beside_a_run_is_reserved_and_given_up_where_the_run_does_not_fit_beside_it()
    {
        _engine.Needs = 2000L << 20; // all of it: not with b's decoding beside it
        _codec.EncoderMemory = 0;

        Run(2000, "a.png", "b.png");

        Assert.Equal(["a done", "b done"], Told());
        Assert.True(_engine.Reserved[0] > 0 && _engine.Reserved[1] == 0, string.Join(' ', _engine.Reserved));
    }

    // The first picture's alpha, then its colours, which at first do not fit: b, decoded beside it, makes room and is decoded anew.
    [Fact]
    public void What_goes_on_beside_a_run_is_given_up_where_its_second_network_comes_not_to_fit()
    {
        _codec.HasAlpha = true;
        _engine.Refused = 2; // foreseen are the colours and alpha; then come the colours

        Run("a.png", "b.png");

        Assert.Equal(["a done", "b done"], Told());
        Assert.Equal(2, _codec.Reads("b.png"));
        Assert.True(_engine.Reserved[1] > 16 << 20, string.Join(' ', _engine.Reserved)); // with b's decoding
        Assert.True(_engine.Reserved[3] < 1 << 20, string.Join(' ', _engine.Reserved));
    }

    [Fact]
    public void A_cancelled_sequence_tells_of_nothing_that_is_not_done()
    {
        using var cancellation = new CancellationTokenSource();
        _engine.OnStep = input => { if (input == 'b') cancellation.Cancel(); };

        Assert.ThrowsAny<OperationCanceledException>(() => Run(2000, cancellation.Token, "a.png", "b.png", "c.png"));

        Assert.Subset(new HashSet<string> { "a done" }, Told().ToHashSet());
        Assert.DoesNotContain("b_x4.png", _codec.Completed);
    }

    [Fact]
    public void A_sequence_that_is_cancelled_while_alpha_is_computed_never_comes_to_the_colours()
    {
        _codec.HasAlpha = true;
        using var cancellation = new CancellationTokenSource();
        _engine.OnStep = input => { if (input == 0) cancellation.Cancel(); };

        Assert.ThrowsAny<OperationCanceledException>(() => Run(2000, cancellation.Token, "a.png", "b.png"));

        Assert.Empty(_told);
        Assert.False(_engine.HasStepped('a').IsSet);
        Assert.Empty(_codec.Completed);
    }

    [Fact]
    public void A_format_that_the_machine_cannot_write_is_refused_before_any_work()
    {
        _codec.OutputFormats = [PictureFormat.Jpeg, PictureFormat.Tiff];

        Run("a.png");

        var told = Assert.Single(Told());
        Assert.StartsWith("a PNG cannot be written on this machine; ", told, StringComparison.Ordinal);
        Assert.EndsWith("choose another format (JPEG, TIFF) with -f", told, StringComparison.Ordinal);
        Assert.False(_codec.HasBeenRead("a.png").IsSet);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _here.Dispose();
    }

    private void Run(params string[] names) => Run(2000, names);

    private void Run(int megabytes, params string[] names) => Run(megabytes, CancellationToken.None, names);

    private void Run(int megabytes, CancellationToken cancellation, params string[] names)
    {
        var options = new UpscaleOptions
        {
            Inputs = [.. names.Select(name => _here.Text(name, ""))],
            MemoryBytes = (long)megabytes << 20,
            WeightsFolder = folder.Folder,
            Threads = 1,
        };
        var inputs = InputPlan.Of(options, _codec.InputExtensions);
        var outputs = OutputPlan.Of(options, inputs);
        using var streams = new StandardStreams();
        using var models = new LoadedModels(_engine);
        var planner = new PicturePlanner(options, _codec, new ModelChooser(new ModelFolders(folder.Folder)), outputs, streams);
        var job = new PictureJob(options, _codec, models, "fake", outputs, new ProgressReporter(TextWriter.Null, false, TimeProvider.System));
        new PictureSequence(options, _codec, planner, job, _told.Add, cancellation).Run(inputs.Pictures);
    }

    private IEnumerable<string> Told() =>
        _told.Select(outcome => $"{Path.GetFileNameWithoutExtension(outcome.Input.Path)} {(outcome.Report is null ? outcome.Error!.Message : "done")}");

    /// <summary>Pictures of 8 × 8 pixels, whose first sample is the first letter of their file's name.</summary>
    private sealed class FakeCodec : IPictureCodec
    {
        private readonly Dictionary<string, (ManualResetEventSlim Read, int Thread)> _read = [];
        private readonly Dictionary<string, WeakReference> _pictures = [];
        private readonly List<string> _reads = [];
        private readonly Lock _gate = new();

        public string Description => "fake";

        public IReadOnlySet<string> InputExtensions { get; } = new HashSet<string> { ".png" };

        public HashSet<string> Damaged { get; } = [];

        public Action<string> OnComplete { get; set; } = _ => { };

        public List<string> Completed { get; } = [];

        public long EncoderMemory { get; set; } = 1000;

        public ManualResetEventSlim HasBeenRead(string name)
        {
            lock (_gate)
            {
                if (!_read.ContainsKey(name)) _read[name] = (new ManualResetEventSlim(), 0);
                return _read[name].Read;
            }
        }

        public bool HasAlpha { get; set; }

        public int Reads(string name)
        {
            lock (_gate) return _reads.Count(read => read == name);
        }

        public bool IsHeld(string name)
        {
            lock (_gate) return _pictures[name].IsAlive;
        }

        public int ThreadThatRead(string name)
        {
            lock (_gate) return _read[name].Thread;
        }

        public IReadOnlyList<PictureFormat> OutputFormats { get; set; } = Enum.GetValues<PictureFormat>();

        public PictureHeader ReadHeader(string path) => new(8, 8, HasAlpha ? 4 : 3, 8, PictureFormat.Png);

        public Picture Read(string path, long maxPixels, CancellationToken cancellation)
        {
            var name = Path.GetFileName(path);
            if (Damaged.Contains(name)) throw new PictureException("damaged");
            var picture = new Picture(8, 8, HasAlpha ? 4 : 3, 8); // all of alpha is 0
            picture.Bytes[0] = (byte)name[0];
            var read = HasBeenRead(name);
            lock (_gate) _reads.Add(name);
            lock (_gate) (_read[name], _pictures[name]) = ((read, Environment.CurrentManagedThreadId), new WeakReference(picture));
            read.Set();
            return picture;
        }

        public IPictureWriter Create(string path, ResultShape shape, EncodeOptions options) => new Writer(this, Path.GetFileName(path));

        public void Recode(string path, string target, EncodeOptions options, CancellationToken cancellation) => throw new NotSupportedException();

        public long EncoderBytes(PictureFormat format, ResultShape shape) => EncoderMemory;

        private sealed class Writer(FakeCodec codec, string name) : IPictureWriter
        {
            public void Write(ReadOnlySpan<byte> rows, int count) { }

            public void Complete()
            {
                codec.OnComplete(name);
                lock (codec._gate) codec.Completed.Add(name);
            }

            public void Dispose() { }
        }
    }

    /// <summary>Two steps a picture; it keeps account of the threads that call it.</summary>
    private sealed class FakeEngine : IUpscaleEngine, ILoadedModel
    {
        private readonly Dictionary<char, ManualResetEventSlim> _stepped = [];
        private readonly Lock _gate = new();

        public NetworkShape Network { get; } = new RrdbNetShape(4, 3, 3, 8, 1, 4);

        public HashSet<int> Threads { get; } = [];

        public List<long> Reserved { get; } = [];

        public long Needs { get; set; }

        /// <summary>Of the runs that are started, the number of the one that does not fit.</summary>
        public int Refused { get; set; } = -1;

        public Action<char> OnStep { get; set; } = _ => { };

        public ManualResetEventSlim HasStepped(char input)
        {
            lock (_gate) return _stepped.TryGetValue(input, out var stepped) ? stepped : _stepped[input] = new ManualResetEventSlim();
        }

        public ILoadedModel Load(ModelFile model) => Called(this);

        public IUpscaleRun Start(Picture input, RunOptions options, IRowSink output)
        {
            Reserved.Add(options.ReservedBytes);
            if (Reserved.Count - 1 == Refused || Needs + options.ReservedBytes > options.MemoryBytes) throw new DoesNotFitException(Needs + options.ReservedBytes, options.MemoryBytes);
            return Called(new Run(this, (char)input.Bytes[0], output));
        }

        public void Dispose() { }

        private T Called<T>(T result)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return result;
        }

        private sealed class Run(FakeEngine engine, char input, IRowSink output) : IUpscaleRun
        {
            private bool _hasBegun;

            public double Step()
            {
                engine.Called(0);
                engine.HasStepped(input).Set();
                engine.OnStep(input);
                if (_hasBegun)
                {
                    output.Complete();
                    return 1;
                }
                _hasBegun = true;
                output.Begin(32, 32, 3);
                output.Write(new float[32 * 32 * 3], 32);
                return 0.5;
            }

            public void Dispose() => engine.Called(0);
        }
    }
}
