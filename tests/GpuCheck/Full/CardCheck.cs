using System.Globalization;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using TorchUpscaler.Benchmarks;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Benchmarks.Peers;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu;
using TorchUpscaler.Torch;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.GpuCheck.Full;

/// <summary>The Torch engine on a card: PyTorch beside it, then its results, its speed and its memory, and at last a card that is full.</summary>
/// <param name="options">What is wanted.</param>
/// <param name="children">Who ends the other processes.</param>
/// <param name="say">Is told what goes on.</param>
internal sealed class CardCheck(CheckOptions options, Children children, Action<string> say)
{
    private const string Model = "x4plus", FastModel = "x4fast";

    // Of a full card: room for small bands of the picture that has to come, and too little for those that it would be made with.
    private const int LargeSide = 1024;
    private const long LeftBytes = 1L << 30;

    // A picture whose rows are so long that the engine, with so little of the card, has to go from left to right.
    private const int WideWidth = 12_000, WideHeight = 24;
    private const long LittleOfCard = 1L << 30;

    private readonly CardMeter _meter = new(options.Device);
    private readonly List<CheckRow> _rows = [];
    private readonly Picture _photo = ReadPhoto();

    /// <summary>Does all of it.</summary>
    /// <exception cref="InputException">The model is missing, or the device cannot be used.</exception>
    public CheckReport Run()
    {
        var when = DateTimeOffset.UtcNow;
        var driver = NvidiaDriver.Look();
        if (options.Device.IsCuda && driver.Fault is { } fault) throw new InputException($"{fault}; --device cpu tries the check itself");
        using var file = Open(Model);
        using var fast = File.Exists(PathOf(FastModel)) ? Open(FastModel) : null;
        var precisions = PrecisionsOf(options.Device);

        // Before ours takes any of the card's memory, and keeps it.
        var peer = new PyTorchPeer(options, children, PathOf(Model), file.Network, _photo, say);
        var theirs = peer.Measure(precisions);

        say("the CPU engine makes what the results are compared with");
        var reference = ByCpu(file, _photo);
        string description;
        long budget;
        say("opening the Torch engine");
        using (var bench = new EngineBench(options.Device, file, _meter))
        {
            say(description = bench.Description);
            budget = bench.BudgetBytes;
            foreach (var precision in precisions)
                Guarded("parity", SizeOf(_photo), precision, row => Compare(row, bench, _photo, reference));
            foreach (var (width, height) in options.Sizes)
            {
                var picture = Mirror.Fill(_photo, width, height);
                foreach (var precision in precisions)
                    Guarded("speed", SizeOf(picture), precision, row => Time(row, bench, picture, theirs.GetValueOrDefault((width, height, precision))));
            }
        }
        Guarded("again", SizeOf(_photo), precisions[^1], row => OpenAgain(row, file, budget, reference));
        foreach (var precision in precisions) Guarded("fast", SizeOf(_photo), precision, row => CompareFast(row, fast));
        var wide = options.Device.IsCuda ? Mirror.Fill(_photo, WideWidth, WideHeight) : Mirror.Fill(_photo, WideWidth / 8, WideHeight);
        Guarded("sideways", SizeOf(wide), precisions[^1], row => GoSideways(row, file, wide));
        if (options.Device.IsCuda)
        {
            var large = Mirror.Fill(_photo, LargeSide, LargeSide);
            Guarded("recovery", SizeOf(large), precisions[^1], row => Recover(row, file, large));
        }

        var versions = new Dictionary<string, string>(peer.Versions) { ["engine"] = description, ["cpu"] = $"the CPU engine by {CpuEngine.VectorWidth}" };
        return new CheckReport(when, options.Device.ToString(), Machine.Here(), driver, versions, _rows);
    }

    private CheckRow Compare(CheckRow row, EngineBench bench, Picture picture, float[] reference, RunOptions? runOptions = null)
    {
        var parity = Parity.Between(reference, bench.Run(picture, runOptions ?? EngineBench.OptionsOf(row.Precision), out var notices), ParityBar.Of(row.Precision));
        return Metered(row) with
        {
            Parity = parity,
            Result = $"{parity}{(bench.HasFallenBack ? "; by the CPU engine" : "")}",
            Beside = parity.Bar.ToString(),
            IsMet = parity.Holds && !bench.HasFallenBack,
            Notices = notices,
        };
    }

    private CheckRow Time(CheckRow row, EngineBench bench, Picture picture, PeerTimes? theirs)
    {
        _ = bench.Run(picture, EngineBench.OptionsOf(row.Precision), out var notices); // gets warm
        List<double> seconds = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            seconds.Add(bench.Time(picture, row.Precision));
            say(string.Create(CultureInfo.InvariantCulture, $"{SizeOf(picture)} in {CheckRow.Name(row.Precision)}: {seconds[^1]:0.000} s"));
        }
        double Speed(IEnumerable<double> times) => (double)picture.Width * picture.Height / 1e6 / Spread.MedianOf(times);
        row = Metered(row) with { Seconds = seconds, MegapixelsPerSecond = Speed(seconds), Notices = notices };
        row = row with { Result = string.Create(CultureInfo.InvariantCulture, $"{row.MegapixelsPerSecond:0.000} MP/s") };
        if (theirs is not { Seconds.Count: > 0 }) return row with { Beside = theirs?.Why ?? "" };
        var peer = Speed(theirs.Seconds);
        return row with
        {
            TorchSeconds = theirs.Seconds,
            TorchMegapixelsPerSecond = peer,
            Beside = string.Create(CultureInfo.InvariantCulture, $"PyTorch {peer:0.000} MP/s, ours is {row.MegapixelsPerSecond / peer:0.00} of it"),
        };
    }

    // What the first engine has had of the card's memory, libtorch keeps: the driver calls it taken, and the second one must not.
    private CheckRow OpenAgain(CheckRow row, ModelFile file, long budget, float[] reference)
    {
        using var bench = new EngineBench(options.Device, file, _meter);
        row = Compare(row, bench, _photo, reference);
        if (!options.Device.IsCuda) return row;
        return row with
        {
            Result = $"{row.Result}; {MemorySize.Format(bench.BudgetBytes)} to plan with",
            Beside = $"{row.Beside}; {MemorySize.Format(budget)} as at first",
            IsMet = row.IsMet == true && bench.BudgetBytes >= budget,
        };
    }

    private CheckRow CompareFast(CheckRow row, ModelFile? fast)
    {
        if (fast is null) return row with { Missing = $"'{PathOf(FastModel)}' is missing; get it with: {ModelFolders.PullCommand(FastModel)}" };
        using var bench = new EngineBench(options.Device, fast, _meter);
        return Compare(row, bench, _photo, ByCpu(fast, _photo));
    }

    private CheckRow GoSideways(CheckRow row, ModelFile file, Picture wide)
    {
        var reference = ByCpu(file, wide);
        using var bench = new EngineBench(options.Device, file, _meter, LittleOfCard);
        var least = bench.LeastUprightBytes(wide, row.Precision);
        row = Compare(row, bench, wide, reference, options.Device.IsCuda ? null : bench.SidewaysOptionsOf(wide, row.Precision));
        return row with
        {
            Result = $"{row.Result}; planned with {MemorySize.Format(bench.PlannedBytes)}",
            Beside = $"{row.Beside}; from top to bottom {MemorySize.Format(least)}",
            IsMet = row.IsMet == true && bench.PlannedBytes > 0 && bench.PlannedBytes < least,
        };
    }

    // A picture must still come, by the engine itself, and be the one that came when there was room. What fills the card is not planned.
    private CheckRow Recover(CheckRow row, ModelFile file, Picture picture)
    {
        using var bench = new EngineBench(options.Device, file, _meter);
        var before = bench.Run(picture, EngineBench.OptionsOf(row.Precision), out _);
        using var ballast = new Ballast(options.Device, LeftBytes, say);
        row = Compare(row, bench, picture, before);
        var anew = row.Notices.Count(notice => notice.Contains("out of memory", StringComparison.Ordinal));
        return row with
        {
            PlannedBytes = null,
            Result = string.Create(CultureInfo.InvariantCulture, $"{row.Result}; {anew} times anew"),
            Beside = $"{row.Beside}; at least once, on the card",
            IsMet = row.IsMet == true && anew > 0,
        };
    }

    private CheckRow Metered(CheckRow row) => row with { CardBytes = _meter.TakenBytes, PlannedBytes = _meter.PlannedBytes };

    private void Guarded(string part, string what, Precision precision, Func<CheckRow, CheckRow> fill)
    {
        say($"{part} of {what} in {CheckRow.Name(precision)}");
        var row = new CheckRow(part, what, precision);
        try
        {
            row = fill(row);
        }
#pragma warning disable CA1031 // whatever went wrong with one row is told, and the others are tried
        catch (Exception error)
#pragma warning restore CA1031
        {
            row = row with { Missing = error.Message.Split('\n')[0] };
        }
        _rows.Add(row);
    }

    private static string PathOf(string model) => Path.Combine(Repository.Root, "weights", model + ".safetensors");

    private static ModelFile Open(string model) =>
        File.Exists(PathOf(model)) ? ModelFile.Open(PathOf(model)) : throw new InputException($"'{PathOf(model)}' is missing; get it with: {ModelFolders.PullCommand(model)}");

    private static float[] ByCpu(ModelFile file, Picture picture)
    {
        using var engine = new CpuEngine();
        using var model = engine.Load(file);
        return EngineBench.Run(model, picture, EngineBench.OptionsOf(Precision.Float32));
    }

    // The processor computes in single precision alone.
    private static Precision[] PrecisionsOf(TorchDevice device) => device.IsCuda ? [Precision.Float32, Precision.Float16] : [Precision.Float32];

    private static string SizeOf(Picture picture) => string.Create(CultureInfo.InvariantCulture, $"{picture.Width}×{picture.Height}");

    private static Picture ReadPhoto()
    {
        using var photo = Image.Load<Rgb24>(Path.Combine(Repository.Root, "docs", "photo.jpg"));
        var picture = new Picture(photo.Width, photo.Height, 3, bits: 8);
        photo.CopyPixelDataTo(picture.Bytes);
        return picture;
    }
}
