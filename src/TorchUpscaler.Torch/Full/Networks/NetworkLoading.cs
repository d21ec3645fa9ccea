using System.Runtime.InteropServices;
using TorchSharp;
using TorchUpscaler.Core;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchUpscaler.Torch.Full.Networks;

/// <summary>Brings a model's weights into a network on a device.</summary>
internal static class NetworkLoading
{
    /// <summary>The network of a model, on a device, in a precision, its kernels laid out by pixels (channels last).</summary>
    /// <exception cref="WeightsException">The network is not known, or a tensor is missing, damaged or of another shape than the network's.</exception>
    public static Module<Tensor, Tensor> Load(ModelFile model, Device device, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad(); // for the moves and the layout, too
        Module<Tensor, Tensor> network = model.Network switch
        {
            RrdbNetShape rrdb => new RrdbNet(rrdb),
            CompactNetShape compact => new SrvggNetCompact(compact),
            var other => throw new WeightsException($"'{model.Name}' is of the network {other.Kind}, which the Torch engine does not run; choose another model"),
        };
        try
        {
            Fill(network, model);
            network.to(type).to(device);
            network.eval();
            foreach (var module in network.modules())
                if (module is TorchSharp.Modules.Conv2d convolution)
                    convolution.weight = new TorchSharp.Modules.Parameter(Layout.ByPixels(convolution.weight), requires_grad: false);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Copies a model's values into a network.</summary>
    /// <exception cref="WeightsException">A tensor is missing, damaged or of another shape than the network's; the message names it.</exception>
    internal static void Fill(Module network, ModelFile model)
    {
        using var mode = no_grad();
        foreach (var (name, parameter) in network.named_parameters()) Fill(parameter, name, model);
    }

    // TorchSharp's own loading broadcasts what does not fit and names no key.
    private static void Fill(Tensor parameter, string name, ModelFile model)
    {
        var shape = model.ShapeOf(name);
        if (!shape.SequenceEqual(parameter.shape))
            throw new WeightsException($"{model.Path} cannot be used: tensor '{name}' is {Text(shape)}, and the network's is {Text(parameter.shape)}; "
                + "download or convert it again");
        using var values = empty(parameter.shape, dtype: ScalarType.Float32);
        values.bytes = MemoryMarshal.AsBytes(model.Read(name).AsSpan());
        parameter.copy_(values);
    }

    private static string Text(IEnumerable<long> shape) => string.Join('×', shape);
}
