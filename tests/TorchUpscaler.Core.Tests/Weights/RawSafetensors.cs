using System.Text;

namespace TorchUpscaler.Core.Tests;

/// <summary>Builds safetensors files byte by byte, sharing no code with the writer.</summary>
internal static class RawSafetensors
{
    internal static string Write(string path, string header, int dataBytes) => Write(path, header, new byte[dataBytes]);

    internal static string Write(string path, string header, byte[] data) => Write(path, Encoding.UTF8.GetBytes(header), data);

    internal static string Write(string path, byte[] header, byte[] data)
    {
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data]);
        return path;
    }

    /// <summary>A file of F32 tensors whose values are 0, 1, 2 … within each.</summary>
    internal static string Write(string path, IEnumerable<(string Name, long[] Shape)> tensors)
    {
        var entries = new List<string>();
        var data = new MemoryStream();
        foreach (var (name, shape) in tensors)
        {
            var begin = data.Length;
            var count = shape.Aggregate(1L, (product, side) => product * side);
            for (var i = 0L; i < count; i++) data.Write(BitConverter.GetBytes((float)i));
            entries.Add($"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{begin},{data.Length}]}}");
        }
        return Write(path, $"{{{string.Join(",", entries)}}}", data.ToArray());
    }
}
