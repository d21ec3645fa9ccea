using System.Buffers.Binary;
using System.Reflection;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter;
using TorchUpscaler.WeightConverter.Ncnn;
using TorchUpscaler.WeightConverter.Pickles;
using TorchUpscaler.WeightConverter.Torch;

namespace TorchUpscaler.Fuzz;

/// <summary>Hands bytes to one reader. Only <see cref="WeightsException"/> may come out.</summary>
/// <param name="bytes">A file, whole or not.</param>
/// <param name="probe">Gives the file a place on the disk, and is told how deep the reader came.</param>
internal delegate void Target(byte[] bytes, Probe probe);

/// <summary>The readers of weights, each a method: bytes in, the reader runs to the last value. A method here is a target.</summary>
internal static class Targets
{
    /// <summary>All targets, by the name of their folder of seeds.</summary>
    internal static readonly IReadOnlyDictionary<string, Target> All = typeof(Targets)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(method => method.GetParameters() is [{ ParameterType: var bytes }, { ParameterType: var probe }] && (bytes, probe) == (typeof(byte[]), typeof(Probe)))
        .ToDictionary(method => method.Name.ToLowerInvariant(), method => method.CreateDelegate<Target>());

    /// <summary>A pickle alone.</summary>
    internal static void Pickle(byte[] bytes, Probe probe)
    {
        using var file = InputFile.Open(probe.Write("m.pkl", bytes));
        var input = new PickleInput(file, "it", 0, file.Length);
        try
        {
            PickleMachine.Load(input);
            probe.Reached("its end");
        }
        catch (WeightsException)
        {
            var tenths = file.Length == 0 ? 0 : 10 * input.Position / file.Length;
            if (tenths > 0) probe.Reached(tenths < 5 ? "a tenth of it" : "a half of it");
            throw;
        }
    }

    /// <summary>A zip of torch.save.</summary>
    internal static void Zip(byte[] bytes, Probe probe)
    {
        var path = probe.Write("m.pth", bytes);
        using (var file = InputFile.Open(path))
        {
            ZipDirectory.Read(file);
            probe.Reached("directory");
            TorchZip.Read(file);
            probe.Reached("pickle");
        }
        ReadWhole(path, probe);
    }

    /// <summary>A file of torch.save before PyTorch 1.6.</summary>
    internal static void Legacy(byte[] bytes, Probe probe)
    {
        var path = probe.Write("m.pth", bytes);
        using (var file = InputFile.Open(path))
        {
            var input = new PickleInput(file, "it", 0, file.Length);
            for (var i = 0; i < 3; i++) PickleMachine.Load(input);
            probe.Reached("header");
            PickleMachine.Load(input);
            probe.Reached("pickle");
        }
        ReadWhole(path, probe);
    }

    /// <summary>An ncnn pair: the length of the .param as four bytes, the .param, the .bin.</summary>
    internal static void Ncnn(byte[] bytes, Probe probe)
    {
        var length = bytes.Length < 4 ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes), (uint)bytes.Length - 4);
        var begin = Math.Min(4, bytes.Length);
        var path = probe.Write("m.param", bytes.AsSpan(begin, length));
        probe.Write("m.bin", bytes.AsSpan(begin + length));
        using (var file = InputFile.Open(path))
        {
            NcnnParam.Read(file);
            probe.Reached("description");
        }
        ReadWhole(path, probe);
    }

    /// <summary>A safetensors file, as the tool and as the program open it.</summary>
    internal static void Safetensors(byte[] bytes, Probe probe)
    {
        var path = probe.Write("m.safetensors", bytes);
        using var checkpoint = CheckpointReader.OpenAny(path, CancellationToken.None);
        probe.Reached("header");
        checkpoint.Recognise();
        probe.Reached("network");
        using var model = ModelFile.Open(path);
        foreach (var tensor in NetworkTensors.Of(model.Network)) model.Read(tensor.Name);
        probe.Reached("values");
    }

    private static void ReadWhole(string path, Probe probe)
    {
        using var checkpoint = CheckpointReader.OpenForeign(path, CancellationToken.None);
        probe.Reached("tensors");
        var tensors = checkpoint.Canonical();
        checkpoint.Recognise(tensors);
        probe.Reached("network");
        foreach (var tensor in tensors) tensor.ReadFinite(path);
        probe.Reached("values");
    }
}
