using System.Runtime.ExceptionServices;
using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>One convolution as it is loaded.</summary>
/// <param name="Name">Its tensors' prefix.</param>
/// <param name="Segments">The parts of its input as they are concatenated, in channels.</param>
/// <param name="OutChannels">Channels of its output.</param>
/// <param name="Slope">What negative results are multiplied with; 1 for no activation.</param>
/// <param name="Slopes">The tensor with a slope for each channel (PReLU) instead, or null.</param>
internal sealed record Layer(string Name, int[] Segments, int OutChannels, float Slope, string? Slopes = null)
{
    /// <summary>Its tensors.</summary>
    public IEnumerable<string> Tensors => Slopes is null ? [WeightTensor, BiasTensor] : [WeightTensor, BiasTensor, Slopes];

    private string WeightTensor => Name + ".weight";

    private string BiasTensor => Name + ".bias";

    /// <summary>Reads its values.</summary>
    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public ConvolutionValues Read(ModelFile model) => new(model.Read(WeightTensor), model.Read(BiasTensor),
        Slopes is null ? Enumerable.Repeat(Slope, OutChannels).ToArray() : model.Read(Slopes));
}

/// <summary>
/// A network's convolutions. All values are checked at once; each convolution's are transformed when it first runs, so that a picture
/// does not wait for the weights of layers that it comes to later.
/// </summary>
internal sealed class NetworkWeights : IDisposable
{
    private readonly ModelFile _model; // shared: open until the weights are given back

    /// <param name="model">Where the tensors are.</param>
    /// <param name="layers">The network's convolutions, in the order in which it runs them.</param>
    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public NetworkWeights(ModelFile model, IReadOnlyList<Layer> layers)
    {
        try
        {
            Parallel.ForEach(layers.SelectMany(layer => layer.Tensors), model.Check);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
            throw;
        }
        _model = model.Share();
        Arena = new Arena(layers.Sum(layer => PackedConvolution.Bytes(layer.Segments, layer.OutChannels)));
        All = [.. layers.Select(layer => new PackedConvolution(Arena, layer.Segments, layer.OutChannels, () => layer.Read(_model)))];
    }

    /// <summary>Every convolution, in the order in which the network runs them.</summary>
    public IReadOnlyList<PackedConvolution> All { get; }

    /// <summary>Where the transformed weights are, or will be.</summary>
    public Arena Arena { get; }

    public void Dispose()
    {
        Arena.Dispose();
        _model.Dispose();
    }
}
