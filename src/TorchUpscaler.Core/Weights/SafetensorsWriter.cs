using System.Buffers.Binary;
using System.Text.Json;

namespace TorchUpscaler.Core;

/// <summary>A tensor to be written: its description, and where its values come from when its turn has come.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">F32 or F16.</param>
/// <param name="Shape">Its dimensions, slowest first.</param>
/// <param name="Values">Gives the values in row-major order; called once.</param>
public sealed record TensorToWrite(string Name, TensorType Type, IReadOnlyList<long> Shape, Func<float[]> Values);

/// <summary>
/// Writes safetensors files. The same tensors and metadata give the same bytes: keys are sorted as the format's own
/// implementation sorts them (larger element types first, then by name), and nothing of the time or place is written.
/// </summary>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;
    private const int ChunkValues = 1 << 16;

    /// <summary>
    /// Writes to a temporary file beside <paramref name="path"/>, flushes it to the disk, verifies it and renames it.
    /// Whatever fails or is cancelled, <paramref name="path"/> keeps what it had before.
    /// </summary>
    /// <param name="path">The file to write; one that exists is replaced.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; none is written where empty.</param>
    /// <param name="verify">Looks at the finished temporary file and throws where it must not be kept; the header is validated in any case.</param>
    /// <param name="cancel">Stops between tensors.</param>
    /// <exception cref="WeightsException">A tensor's values do not fit its shape or type.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path,
        IReadOnlyCollection<TensorToWrite> tensors,
        IReadOnlyDictionary<string, string> metadata,
        Action<string>? verify = null,
        CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(metadata);
        var ordered = Order(tensors);
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                WriteHeader(file, ordered, metadata);
                foreach (var tensor in ordered) WriteValues(file, tensor, cancel);
                file.Flush(flushToDisk: true);
            }
            using (SafetensorsFile.Open(temporary)) { }
            verify?.Invoke(temporary);
            cancel.ThrowIfCancellationRequested();
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static List<TensorToWrite> Order(IReadOnlyCollection<TensorToWrite> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.Type is not (TensorType.F32 or TensorType.F16))
                throw new ArgumentException($"tensor '{tensor.Name}': only F32 and F16 can be written", nameof(tensors));
        }
        return
        [
            .. tensors.OrderByDescending(tensor => SafetensorsTypes.Bits(tensor.Type))
                .ThenBy(tensor => tensor.Name, StringComparer.Ordinal),
        ];
    }

    private static void WriteHeader(FileStream file, List<TensorToWrite> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0) WriteMetadata(writer, metadata);
            var offset = 0L;
            foreach (var tensor in tensors) offset = WriteEntry(writer, tensor, offset);
            writer.WriteEndObject();
        }
        while (json.Length % HeaderAlignment != 0) json.WriteByte((byte)' ');
        if (json.Length > SafetensorsHeader.MaximumLength)
            throw new WeightsException($"{file.Name}: the header would have {json.Length} bytes, and {SafetensorsHeader.MaximumLength} is the limit");

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        json.WriteTo(file);
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject("__metadata__");
        foreach (var (key, text) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)) writer.WriteString(key, text);
        writer.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter writer, TensorToWrite tensor, long offset)
    {
        var size = Count(tensor) * SafetensorsTypes.Bits(tensor.Type) / 8;
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", SafetensorsTypes.Format(tensor.Type));
        writer.WriteStartArray("shape");
        foreach (var side in tensor.Shape) writer.WriteNumberValue(side);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        writer.WriteNumberValue(offset + size);
        writer.WriteEndArray();
        writer.WriteEndObject();
        return offset + size;
    }

    private static void WriteValues(FileStream file, TensorToWrite tensor, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var values = tensor.Values();
        if (values.Length != Count(tensor))
            throw new WeightsException($"tensor '{tensor.Name}' gave {values.Length} values where its shape {TensorInfo.FormatShape(tensor.Shape)} has {Count(tensor)}");

        var bytesEach = SafetensorsTypes.Bits(tensor.Type) / 8;
        var bytes = new byte[Math.Min(values.Length, ChunkValues) * bytesEach];
        for (var done = 0; done < values.Length; done += ChunkValues)
        {
            var chunk = values.AsSpan(done, Math.Min(ChunkValues, values.Length - done));
            if (tensor.Type == TensorType.F32) EncodeSingles(chunk, bytes);
            else EncodeHalves(chunk, bytes, tensor.Name);
            file.Write(bytes, 0, chunk.Length * bytesEach);
        }
    }

    private static void EncodeSingles(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], values[i]);
    }

    private static void EncodeHalves(ReadOnlySpan<float> values, Span<byte> bytes, string name)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var half = (Half)values[i];
            if (Half.IsInfinity(half) && !float.IsInfinity(values[i]))
                throw new WeightsException($"tensor '{name}' holds {values[i]:G9}, which fp16 cannot; write the model as fp32");
            BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 * i)..], half);
        }
    }

    private static long Count(TensorToWrite tensor) => tensor.Shape.Aggregate(1L, (product, side) => checked(product * side));
}
