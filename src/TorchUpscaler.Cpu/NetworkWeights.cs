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
internal sealed record Layer(string Name, int[] Segments, int OutChannels, float Slope, string? Slopes = null);

/// <summary>A network's convolutions with transformed weights.</summary>
internal sealed class NetworkWeights : IDisposable
{
    private readonly Arena _arena;

    /// <param name="model">Where the tensors are.</param>
    /// <param name="layers">The network's convolutions, in the order in which it runs them.</param>
    /// <exception cref="WeightsException">A tensor is damaged.</exception>
    public NetworkWeights(ModelFile model, IReadOnlyList<Layer> layers)
    {
        _arena = new Arena(layers.Sum(layer => PackedConvolution.Bytes(layer.Segments, layer.OutChannels)));
        try
        {
            All = [.. layers.Select(layer => new PackedConvolution(_arena, layer.Segments, layer.OutChannels))];
            Parallel.For(0, layers.Count, i => Pack(model, layers[i], All[i]));
        }
        catch (AggregateException failures)
        {
            Dispose();
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
            throw;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Every convolution, in the order in which the network runs them.</summary>
    public IReadOnlyList<PackedConvolution> All { get; }

    public void Dispose() => _arena.Dispose();

    private static void Pack(ModelFile model, Layer layer, PackedConvolution convolution)
    {
        var slopes = layer.Slopes is null ? Enumerable.Repeat(layer.Slope, layer.OutChannels).ToArray() : model.Read(layer.Slopes);
        convolution.Pack(model.Read(layer.Name + ".weight"), model.Read(layer.Name + ".bias"), slopes);
    }
}
