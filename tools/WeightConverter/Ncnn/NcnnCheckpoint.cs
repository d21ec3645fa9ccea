using System.Buffers.Binary;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Ncnn;

/// <summary>
/// An ncnn model as tensors: its graph is compared with the networks' definitions, so that a look-alike is refused, and
/// the .bin is walked layer by layer to exactly its end.
/// </summary>
internal static class NcnnCheckpoint
{
    private const uint HalfFlag = 0x01306B47;
    private const int KernelSize = 9;
    private const int ConvolutionsPerBlock = 15;
    private const int ConvolutionsAround = 4; // conv_first, conv_body, conv_hr, conv_last

    internal static Checkpoint Read(InputFile param, InputFile bin, CancellationToken cancel)
    {
        var layers = NcnnParam.Read(param);
        var names = RecogniseLayers(param, layers);
        var tensors = LocateTensors(param, bin, layers, names);
        var format = $"ncnn pair, {(tensors.Exists(tensor => tensor.Type == TensorType.F16) ? "fp16" : "fp32")}";
        return new Checkpoint(format, [SourcePart.Of(param, cancel), SourcePart.Of(bin, cancel)], tensors, bin);
    }

    /// <summary>Names of the convolutions in the file's order.</summary>
    private static List<string> RecogniseLayers(InputFile param, List<NcnnLayer> layers)
    {
        var graph = new Graph();
        var result = NcnnGraph.Evaluate(param, graph, layers);
        var convolutions = layers.Count(layer => layer.Type == "Convolution");
        var known = layers.Exists(layer => layer.Type == "PReLU")
            ? KnownCompactNet(graph, layers, convolutions)
            : KnownRrdbNet(graph, layers, convolutions);
        if (known is not { } network || network.Result != result)
            throw param.Refused("describes a network that is neither RRDBNet nor SRVGGNetCompact"
                + "; choose a model of the Real-ESRGAN family");
        return network.Convolutions;
    }

    private static (int Result, List<string> Convolutions)? KnownRrdbNet(Graph graph, List<NcnnLayer> layers, int convolutions)
    {
        var enlargements = layers.Count(layer => layer.Type == "Interp");
        var inBlocks = convolutions - ConvolutionsAround - enlargements;
        if (inBlocks < ConvolutionsPerBlock || inBlocks % ConvolutionsPerBlock != 0) return null;
        return KnownGraphs.RrdbNet(graph, inBlocks / ConvolutionsPerBlock, enlargements);
    }

    private static (int Result, List<string> Convolutions)? KnownCompactNet(Graph graph, List<NcnnLayer> layers, int convolutions)
    {
        var shuffle = layers.Find(layer => layer.Type == "PixelShuffle");
        if (shuffle is null || convolutions < 2) return null;
        return KnownGraphs.CompactNet(graph, convolutions - 2, shuffle.Whole(0, 1));
    }

    private static List<SourceTensor> LocateTensors(InputFile param, InputFile bin, List<NcnnLayer> layers, List<string> names)
    {
        var tensors = new List<SourceTensor>();
        var at = 0L;
        var convolution = 0;
        foreach (var layer in layers)
        {
            if (layer.Type == "Convolution") at = LocateConvolution(param, bin, layer, names[convolution++], at, tensors);
            if (layer.Type == "PReLU") at = LocateSlopes(param, bin, layer, $"body.{(2 * convolution) - 1}.weight", at, tensors);
        }
        if (at != bin.Length)
            throw bin.Refused($"has {bin.Length - at} bytes more than {Path.GetFileName(param.Path)} describes"
                + "; the two do not belong together, download both again");
        return tensors;
    }

    /// <summary>A flag, the weights in (out, in, 3, 3) order filled up to 4 bytes, then the bias as fp32.</summary>
    private static long LocateConvolution(
        InputFile param, InputFile bin, NcnnLayer layer, string name, long at, List<SourceTensor> tensors)
    {
        long outputs = layer.Whole(0, 0), weights = layer.Whole(6, 0);
        if (outputs <= 0 || weights <= 0 || weights % (outputs * KernelSize) != 0)
            throw param.Refused($"is damaged: layer '{layer.Name}' has {weights} weights for {outputs} outputs; download it again");
        var flag = BinaryPrimitives.ReadUInt32LittleEndian(bin.Read(at, sizeof(uint), $"layer '{layer.Name}'"));
        if (flag is not (HalfFlag or 0))
            throw bin.Refused($"keeps layer '{layer.Name}' in a form (0x{flag:X8}) other than fp32 and fp16"
                + "; get the model in one of these");

        var isHalf = flag == HalfFlag;
        var begin = at + sizeof(uint);
        var bytes = isHalf ? ((2 * weights) + 3) / 4 * 4 : 4 * weights;
        bin.RequireInside(begin, bytes + (4 * outputs), $"layer '{layer.Name}'");
        long[] shape = [outputs, weights / (outputs * KernelSize), 3, 3];
        tensors.Add(new SourceTensor($"{name}.weight", shape, isHalf ? TensorType.F16 : TensorType.F32, () => isHalf ? ReadHalves(bin, begin, weights) : ReadSingles(bin, begin, weights)));
        tensors.Add(Singles(bin, $"{name}.bias", begin + bytes, outputs));
        return begin + bytes + (4 * outputs);
    }

    private static long LocateSlopes(InputFile param, InputFile bin, NcnnLayer layer, string name, long at, List<SourceTensor> tensors)
    {
        long slopes = layer.Whole(0, 0);
        if (slopes <= 0) throw param.Refused($"is damaged: layer '{layer.Name}' has no slopes; download it again");
        bin.RequireInside(at, 4 * slopes, $"layer '{layer.Name}'");
        tensors.Add(Singles(bin, name, at, slopes));
        return at + (4 * slopes);
    }

    private static SourceTensor Singles(InputFile bin, string name, long begin, long count) =>
        new(name, [count], TensorType.F32, () => ReadSingles(bin, begin, count));

    private static float[] ReadSingles(InputFile bin, long begin, long count)
    {
        var bytes = bin.Read(begin, 4 * count, "a layer");
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4 * i));
        return values;
    }

    private static float[] ReadHalves(InputFile bin, long begin, long count)
    {
        var bytes = bin.Read(begin, 2 * count, "a layer");
        var values = new float[count];
        for (var i = 0; i < values.Length; i++) values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes.AsSpan(2 * i));
        return values;
    }
}
