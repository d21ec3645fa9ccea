using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TorchUpscaler.Fuzz.Mutations;

/// <summary>Damages what a safetensors file describes, tensor by tensor, in a header whose offsets are right again for the most part.</summary>
/// <param name="random">Decides everything.</param>
internal sealed class TensorMutator(Random random)
{
    private static readonly string[] s_types = ["F32", "F16", "BF16", "I8", "F64", "F4", "BOOL", "F31"];
    private static readonly long[] s_sides = [0, 1, 2, 3, 4, 5, 9, 64, 65_537, 1L << 31, 1L << 62];

    internal byte[] Mutate(byte[] file)
    {
        var tensors = Read(file);
        for (var changes = random.Next(1, 3); changes > 0 && tensors.Count > 0; changes--) Change(tensors);
        return Write(tensors);
    }

    private void Change(List<Tensor> tensors)
    {
        int at = random.Next(tensors.Count), other = random.Next(tensors.Count);
        switch (random.Next(9))
        {
            case 0: tensors.RemoveAt(at); break;
            case 1: tensors.Insert(other, tensors[at]); break;
            case 2: tensors[at] = tensors[at] with { Name = tensors[other].Name + (random.Next(2) == 0 ? "" : ".more") }; break;
            case 3: tensors[at] = tensors[at] with { Type = s_types[random.Next(s_types.Length)] }; break;
            case 4: tensors[at] = tensors[at] with { Shape = WithOddSide(tensors[at].Shape) }; break;
            case 5: tensors[at] = tensors[at] with { Shape = [.. tensors[at].Shape, 1] }; break;
            case 6: tensors[at] = tensors[at] with { Data = tensors[other].Data }; break;
            case 7: tensors[at] = tensors[at] with { Lie = random.Next(-4, 5) }; break;
            default: random.NextBytes(tensors[at].Data.AsSpan(0, Math.Min(4, tensors[at].Data.Length))); break;
        }
    }

    private List<long> WithOddSide(List<long> shape)
    {
        if (shape.Count == 0) return [3];
        var changed = shape.ToList();
        changed[random.Next(changed.Count)] = s_sides[random.Next(s_sides.Length)];
        return changed;
    }

    private static List<Tensor> Read(byte[] file)
    {
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var data = file[(8 + length)..];
        var tensors = new List<Tensor>();
        foreach (var (name, entry) in JsonNode.Parse(file.AsSpan(8, length))!.AsObject())
        {
            if (name == "__metadata__") continue;
            List<long> shape = [.. entry!["shape"]!.AsArray().Select(side => (long)side!)];
            int begin = (int)entry["data_offsets"]![0]!, end = (int)entry["data_offsets"]![1]!;
            tensors.Add(new Tensor(name, (string)entry["dtype"]!, shape, data[begin..end], Lie: 0));
        }
        return tensors;
    }

    /// <summary>Data is cut or filled up to what type and shape say, where that is a likely length.</summary>
    private byte[] Write(List<Tensor> tensors)
    {
        var isRight = random.Next(4) > 0;
        using var header = new MemoryStream();
        using var data = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            foreach (var tensor in tensors)
            {
                var begin = data.Length + tensor.Lie;
                data.Write(isRight ? Fitted(tensor) : tensor.Data);
                json.WritePropertyName(tensor.Name);
                JsonSerializer.Serialize(json, new { dtype = tensor.Type, shape = tensor.Shape, data_offsets = new[] { begin, data.Length } });
            }
            json.WriteEndObject();
        }
        return [.. BitConverter.GetBytes(header.Length), .. header.ToArray(), .. data.ToArray()];
    }

    private static byte[] Fitted(Tensor tensor)
    {
        const int likely = 1 << 16;
        var bytes = tensor.Shape.Aggregate(Bytes(tensor.Type), (product, side) => Math.Min(product * Math.Min(side, likely), likely));
        var fitted = new byte[(int)bytes];
        tensor.Data.AsSpan(0, Math.Min(fitted.Length, tensor.Data.Length)).CopyTo(fitted);
        return fitted;
    }

    private static long Bytes(string type) => type switch { "F32" or "F31" => 4, "F16" or "BF16" => 2, "F64" => 8, _ => 1 };

    private sealed record Tensor(string Name, string Type, List<long> Shape, byte[] Data, int Lie);
}
