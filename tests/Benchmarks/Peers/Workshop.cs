using System.Globalization;
using System.Runtime.InteropServices;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Core;

namespace TorchUpscaler.Benchmarks.Peers;

/// <summary>A model in the forms that the peers take.</summary>
/// <param name="Weights">The safetensors file.</param>
/// <param name="Onnx">The same weights for ONNX Runtime.</param>
/// <param name="Network">Its sizes.</param>
internal sealed record BenchModel(string Weights, string Onnx, NetworkShape Network)
{
    /// <summary>What tests/oracle calls the network: its kind, scale, channels, features, blocks and growth.</summary>
    public string[] OracleWords => Network switch
    {
        RrdbNetShape rrdb => Words("rrdb", rrdb.Scale, rrdb.InputChannels, rrdb.Features, rrdb.Blocks, rrdb.Growth),
        CompactNetShape compact => Words("compact", compact.Scale, compact.InputChannels, compact.Features, compact.InnerConvolutions, 0),
        var other => throw new BenchException($"the peers have no {other.Kind}"),
    };

    private static string[] Words(string kind, params int[] sizes) =>
        [kind, .. sizes.Select(size => size.ToString(CultureInfo.InvariantCulture))];
}

/// <summary>What the rows are measured with: the peers, the models and the pictures, in a folder that git ignores.</summary>
internal sealed class Workshop
{
    private const string Python = "/usr/bin/python3"; // Debian's, which has PyTorch

    private readonly Children _children;
    private readonly string _root;
    private readonly string _scripts;
    private readonly string _folder;

    /// <param name="children">Who ends the peers.</param>
    /// <param name="root">The repository.</param>
    /// <param name="threads">Threads that every peer computes with.</param>
    public Workshop(Children children, string root, int threads)
    {
        _children = children;
        _root = root;
        _scripts = Path.Combine(root, "tests", "Benchmarks", "Peers");
        _folder = Path.Combine(root, "artifacts", "bench");
        Directory.CreateDirectory(Path.Combine(_folder, "pictures"));

        var self = new[] { typeof(Workshop).Assembly.Location, "engine" };
        Ours = new Peer("ours", children, new PeerStart("dotnet", self));
        OursByAvx2 = new Peer("ours, AVX2", children, new PeerStart("dotnet", self, new Dictionary<string, string> { ["DOTNET_EnableAVX512"] = "0" }));
        var modules = Path.Combine(_folder, "onnxruntime", "node_modules");
        OnnxRuntime = new Peer("ONNX Runtime", children, new PeerStart("node", [Path.Combine(_scripts, "onnxruntime.js"), modules, Text(threads)]));
        PyTorch = new Peer("PyTorch", children, new PeerStart(Python, [Path.Combine(_scripts, "pytorch.py"), Text(threads)]));
        Program = Path.Combine(_folder, "program", "torchupscaler");
    }

    /// <summary>The engine as it is.</summary>
    public Peer Ours { get; }

    /// <summary>The engine without AVX-512.</summary>
    public Peer OursByAvx2 { get; }

    /// <summary>ONNX Runtime in Node.</summary>
    public Peer OnnxRuntime { get; }

    /// <summary>Debian's PyTorch.</summary>
    public Peer PyTorch { get; }

    /// <summary>The published program.</summary>
    public string Program { get; }

    /// <summary>All of the peers.</summary>
    public IEnumerable<Peer> All => [Ours, OursByAvx2, OnnxRuntime, PyTorch];

    /// <summary>A file of that name in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>A model that has been pulled.</summary>
    /// <exception cref="BenchException">It is not there.</exception>
    public BenchModel Model(string name)
    {
        var weights = Path.Combine(_root, "weights", name + ".safetensors");
        if (!File.Exists(weights)) throw new BenchException($"{weights} is missing; tools/bench pulls it");
        using var model = ModelFile.Open(weights);
        return new BenchModel(weights, Path.Combine(_folder, name + ".onnx"), model.Network);
    }

    /// <summary>The photo at a size, raw; the same as a PNG beside it, see <see cref="PngOf"/>.</summary>
    public Raster Picture(int width, int height)
    {
        var picture = new Raster(Path.Combine(_folder, "pictures", $"{width}x{height}.u8"), width, height);
        var photo = Path.Combine(_root, "docs", "photo.jpg");
        if (!File.Exists(PngOf(picture)) || !File.Exists(picture.File))
            _ = _children.Finish(Python, Script("pictures.py"), "make", photo, Text(width), Text(height), PngOf(picture), picture.File);
        return picture;
    }

    /// <summary>The PNG beside a picture of <see cref="Picture"/>.</summary>
    public static string PngOf(Raster picture) => Path.ChangeExtension(picture.File, "png");

    /// <summary>Part of a picture's file, raw.</summary>
    public byte[] PartOf(string file, int left, int top, int width, int height)
    {
        var target = PathOf("part.u8");
        _ = _children.Finish(Python, Script("pictures.py"), "part", file, Text(left), Text(top), Text(width), Text(height), target);
        return File.ReadAllBytes(target);
    }

    /// <summary>Loads a model into ONNX Runtime.</summary>
    public void LoadOnnx(BenchModel model)
    {
        if (!Directory.Exists(PathOf("onnxruntime/node_modules/onnxruntime-node")))
            throw new BenchException("onnxruntime-node is not installed; tools/bench installs it where npm's registry answers");
        if (!File.Exists(model.Onnx)) throw new BenchException($"{model.Onnx} is missing; tools/bench exports it with Debian's python3-torch");
        OnnxRuntime.Load(model.Onnx);
    }

    /// <summary>Loads a model into PyTorch.</summary>
    public void LoadTorch(BenchModel model) => PyTorch.Load([model.Weights, .. model.OracleWords]);

    /// <summary>A peer's last result, rounded to 8 bits.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="part">Left, top, width and height of the part that is wanted, which only the engine can give; none for all of it.</param>
    public byte[] ResultOf(Peer peer, params int[] part)
    {
        var file = PathOf("result.f32");
        peer.Ask(["save", file, .. part.Select(Text)]);
        var bytes = Agreement.ToBytes(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)), peer.Name);
        File.Delete(file);
        return bytes;
    }

    private string Script(string name) => Path.Combine(_scripts, name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
