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
    private const string Model = "x4plus";

    // Of a full card: room for small bands of the picture that has to come, and too little for those that it would be made with.
    private const int LargeSide = 1024;
    private const long LeftBytes = 1L << 30;

    private readonly List<CheckRow> _rows = [];
    private readonly Picture _photo = ReadPhoto();

    /// <summary>Does all of it.</summary>
    /// <exception cref="InputException">The model is missing, or the device cannot be used.</exception>
    public CheckReport Run()
    {
        var when = DateTimeOffset.UtcNow;
        var driver = NvidiaDriver.Look();
        if (options.Device.IsCuda && driver.Fault is { } fault) throw new InputException($"{fault}; --device cpu tries the check itself");
        var weights = Path.Combine(Repository.Root, "weights", Model + ".safetensors");
        if (!File.Exists(weights)) throw new InputException($"'{weights}' is missing; get it with: {ModelFolders.PullCommand(Model)}");
        using var file = ModelFile.Open(weights);
        var precisions = PrecisionsOf(options.Device);

        // Before ours takes any of the card's memory, and keeps it.
        var peer = new PyTorchPeer(options, children, weights, file.Network, _photo, say);
        var theirs = peer.Measure(precisions);

        say("opening the Torch engine");
        using var bench = new EngineBench(options.Device, file);
        say(bench.Description);
        foreach (var precision in precisions) Guarded("parity", SizeOf(_photo), precision, () => Compare(bench, file, precision));
        foreach (var (width, height) in options.Sizes)
        {
            var picture = Mirror.Fill(_photo, width, height);
            foreach (var precision in precisions)
                Guarded("speed", SizeOf(picture), precision, () => Time(bench, picture, precision, theirs.GetValueOrDefault((width, height, precision))));
        }
        if (options.Device.IsCuda)
        {
            var large = Mirror.Fill(_photo, LargeSide, LargeSide);
            Guarded("recovery", SizeOf(large), precisions[^1], () => Recover(bench, large, precisions[^1]));
        }

        var versions = new Dictionary<string, string>(peer.Versions) { ["engine"] = bench.Description, ["cpu"] = $"the CPU engine by {CpuEngine.VectorWidth}" };
        return new CheckReport(when, options.Device.ToString(), Machine.Here(), driver, versions, _rows);
    }

    private CheckRow Compare(EngineBench bench, ModelFile file, Precision precision)
    {
        using var engine = new CpuEngine();
        using var model = engine.Load(file);
        var reference = EngineBench.Run(model, _photo, EngineBench.OptionsOf(Precision.Float32));
        var row = new CheckRow("parity", SizeOf(_photo), precision);
        var parity = Parity.Between(reference, bench.Run(_photo, precision, out var notices), ParityBar.Of(precision));
        return row with { Parity = parity, Result = parity.ToString(), Beside = parity.Bar.ToString(), IsMet = parity.Holds, Notices = notices };
    }

    private CheckRow Time(EngineBench bench, Picture picture, Precision precision, PeerTimes? theirs)
    {
        _ = bench.Run(picture, precision, out _); // gets warm
        List<double> seconds = [];
        for (var round = 0; round < options.Rounds; round++)
        {
            seconds.Add(bench.Time(picture, precision));
            say(string.Create(CultureInfo.InvariantCulture, $"{SizeOf(picture)} in {CheckRow.Name(precision)}: {seconds[^1]:0.000} s"));
        }
        double Speed(IEnumerable<double> times) => (double)picture.Width * picture.Height / 1e6 / Spread.MedianOf(times);
        var row = new CheckRow("speed", SizeOf(picture), precision) { Seconds = seconds, MegapixelsPerSecond = Speed(seconds), CardBytes = bench.MostBytes };
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

    // A picture must still come, by the engine itself, and be the one that came when there was room.
    private CheckRow Recover(EngineBench bench, Picture picture, Precision precision)
    {
        var row = new CheckRow("recovery", SizeOf(picture), precision);
        var before = bench.Run(picture, precision, out _);
        using var ballast = new Ballast(options.Device, LeftBytes, say);
        var parity = Parity.Between(before, bench.Run(picture, precision, out var notices), ParityBar.Of(precision));
        var anew = notices.Count(notice => notice.Contains("out of memory", StringComparison.Ordinal));
        return row with
        {
            Parity = parity,
            Notices = notices,
            CardBytes = bench.MostBytes,
            Result = string.Create(CultureInfo.InvariantCulture, $"{parity}; {anew} times anew{(bench.HasFallenBack ? ", at last by the CPU engine" : "")}"),
            Beside = $"{parity.Bar}; at least once, on the card",
            IsMet = parity.Holds && anew > 0 && !bench.HasFallenBack,
        };
    }

    private void Guarded(string part, string what, Precision precision, Func<CheckRow> make)
    {
        say($"{part} of {what} in {CheckRow.Name(precision)}");
        try
        {
            _rows.Add(make());
        }
#pragma warning disable CA1031 // whatever went wrong with one row is told, and the others are tried
        catch (Exception error)
#pragma warning restore CA1031
        {
            _rows.Add(new CheckRow(part, what, precision) { Missing = error.Message.Split('\n')[0] });
        }
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
