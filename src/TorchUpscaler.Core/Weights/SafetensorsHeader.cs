using System.Text.Json;
using System.Text.Unicode;

namespace TorchUpscaler.Core;

/// <summary>
/// Parses and validates a safetensors header as strictly as the format's own implementation (huggingface/safetensors,
/// <c>Metadata::validate</c>), refuses duplicate keys besides, and bounds every count. Every fault has a message of its own.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>
    /// Bound on the header in bytes. The format's own is 100 million; here a header must not take many times its length in
    /// memory, and the largest network of the family needs less than 1 MB.
    /// </summary>
    internal const long MaximumLength = 1 << 24;

    private const int MaximumTensors = 100_000;
    private const int MaximumTexts = 10_000;
    private const int MaximumDimensions = 64;
    private const string MetadataKey = "__metadata__";

    private readonly string _path;
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _metadata;

    private SafetensorsHeader(string path) => _path = path;

    internal IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    internal IReadOnlyDictionary<string, string> Metadata => _metadata ?? [];

    /// <param name="path">The file's name for messages.</param>
    /// <param name="json">The header's bytes, without the length in front.</param>
    /// <param name="dataLength">Bytes in the file after the header.</param>
    internal static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        header.RequireText(json);
        header.ReadEntries(json);
        header.RequireContiguous(dataLength);
        return header;
    }

    private void RequireText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) throw Damaged("its header is not valid UTF-8");
        if (json.IsEmpty || json[0] != '{') throw Damaged("its header does not begin with '{'");
    }

    private void ReadEntries(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                reader.Read();
                if (key == MetadataKey) ReadMetadata(ref reader);
                else ReadTensor(ref reader, key);
            }
            while (reader.Read()) { }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped half of a surrogate pair, which is no text.
            throw Damaged("its header is not valid JSON", error);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata is not null) throw Damaged($"its header has the key '{MetadataKey}' twice");
        if (reader.TokenType != JsonTokenType.StartObject) throw Damaged($"its '{MetadataKey}' is not an object of texts");
        _metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) throw Damaged($"its '{MetadataKey}' entry '{key}' is not a text");
            if (_metadata.Count == MaximumTexts) throw Damaged($"its '{MetadataKey}' has more than {MaximumTexts} entries");
            if (!_metadata.TryAdd(key, reader.GetString()!)) throw Damaged($"its '{MetadataKey}' has the key '{key}' twice");
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Damaged($"its entry '{name}' is not an object");
        TensorType? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            reader.Read();
            switch (field)
            {
                case "dtype" when type is null: type = ReadType(ref reader, name); break;
                case "shape" when shape is null: shape = ReadNumbers(ref reader, name, field); break;
                case "data_offsets" when offsets is null: offsets = ReadNumbers(ref reader, name, field); break;
                case "dtype" or "shape" or "data_offsets": throw Damaged($"tensor '{name}' has '{field}' twice");
                default: reader.Skip(); break;
            }
        }
        if (type is null) throw Damaged($"tensor '{name}' has no 'dtype'");
        if (shape is null) throw Damaged($"tensor '{name}' has no 'shape'");
        if (offsets is null) throw Damaged($"tensor '{name}' has no 'data_offsets'");
        if (offsets.Count != 2) throw Damaged($"tensor '{name}' has {offsets.Count} 'data_offsets' instead of 2");

        var tensor = new TensorInfo(name, type.Value, shape, offsets[0], offsets[1]);
        RequireSize(tensor);
        if (_tensors.Count == MaximumTensors) throw Damaged($"it has more than {MaximumTensors} tensors");
        if (!_tensors.TryAdd(name, tensor)) throw Damaged($"its header has the key '{name}' twice");
    }

    private TensorType ReadType(ref Utf8JsonReader reader, string name)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return SafetensorsTypes.Parse(text)
            ?? throw Damaged($"tensor '{name}' has the unknown dtype '{text ?? reader.TokenType.ToString()}'");
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Damaged($"'{field}' of tensor '{name}' is not a list");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Damaged($"'{field}' of tensor '{name}' holds something that is not a whole number from 0 up");
            if (numbers.Count == MaximumDimensions) throw Damaged($"'{field}' of tensor '{name}' has more than {MaximumDimensions} numbers");
            numbers.Add(number);
        }
        return numbers;
    }

    private void RequireSize(TensorInfo tensor)
    {
        if (tensor.Begin > tensor.End)
            throw Damaged($"tensor '{tensor.Name}' begins at {tensor.Begin}, after its end at {tensor.End}");
        long bits;
        try
        {
            bits = checked(tensor.Count * SafetensorsTypes.Bits(tensor.Type));
        }
        catch (OverflowException error)
        {
            throw Damaged($"tensor '{tensor.Name}' has the impossible shape {TensorInfo.FormatShape(tensor.Shape)}", error);
        }
        if (bits % 8 != 0)
            throw Damaged($"tensor '{tensor.Name}' does not fill whole bytes");
        if (bits / 8 != tensor.End - tensor.Begin)
        {
            throw Damaged($"tensor '{tensor.Name}' has {tensor.End - tensor.Begin} bytes where "
                + $"{TensorInfo.FormatShape(tensor.Shape)} of {SafetensorsTypes.Format(tensor.Type)} takes {bits / 8}");
        }
    }

    /// <summary>Tensors in the order of their bytes leave no hole, do not overlap, and fill the file to its end.</summary>
    private void RequireContiguous(long dataLength)
    {
        var end = 0L;
        foreach (var tensor in _tensors.Values.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End))
        {
            if (tensor.Begin > end) throw Damaged($"tensor '{tensor.Name}' begins at {tensor.Begin}, leaving a hole after {end}");
            if (tensor.Begin < end) throw Damaged($"tensor '{tensor.Name}' begins at {tensor.Begin}, inside the tensor that ends at {end}");
            end = tensor.End;
        }
        if (end > dataLength) throw Damaged($"its tensors take {end} bytes and the file holds {dataLength} of them");
        if (end < dataLength) throw Damaged($"{dataLength - end} bytes follow after its last tensor");
    }

    private WeightsException Damaged(string fault, Exception? inner = null) => SafetensorsFile.Damaged(_path, fault, inner);
}
