using System.Globalization;
using System.Text;

namespace TorchUpscaler.WeightConverter.Ncnn;

/// <summary>A layer of an ncnn graph.</summary>
/// <param name="Type">Its kind, for example <c>Convolution</c>.</param>
/// <param name="Name">Its own name.</param>
/// <param name="Inputs">Names of the blobs that it reads.</param>
/// <param name="Outputs">Names of the blobs that it writes.</param>
/// <param name="Parameters">Numbers by parameter id; arrays (ids from -23300 down in the file) under their plain id.</param>
internal sealed record NcnnLayer(
    string Type, string Name, string[] Inputs, string[] Outputs, IReadOnlyDictionary<int, double[]> Parameters)
{
    /// <summary>A parameter that is a single number.</summary>
    internal double Number(int id, double fallback) => Parameters.TryGetValue(id, out var values) && values.Length == 1 ? values[0] : fallback;

    /// <summary>A parameter that is a whole number from 0 up; -1 where it is something else.</summary>
    internal int Whole(int id, int fallback)
    {
        var number = Number(id, fallback);
        return number is >= 0 and <= int.MaxValue && double.IsInteger(number) ? (int)number : -1;
    }

    /// <summary>A parameter that is an array.</summary>
    internal double[] Array(int id) => Parameters.TryGetValue(id, out var values) ? values : [];
}

/// <summary>Reads ncnn's .param: a magic number, the counts of layers and blobs, and a line for each layer.</summary>
internal static class NcnnParam
{
    internal const string Magic = "7767517";

    private const long MaximumBytes = 1 << 20;
    private const int MaximumLayers = 5_000;
    private const int MaximumFields = 50_000; // in all lines together
    private const int ArrayIds = -23300;
    private const int MaximumArray = 64;

    internal static List<NcnnLayer> Read(InputFile file)
    {
        if (file.Length > MaximumBytes) throw file.Refused($"has {file.Length} bytes, far more than a network's description needs");
        var text = Encoding.UTF8.GetString(file.Read(0, file.Length, "its text"));
        var lines = Lines(file, text.AsSpan().TrimStart('\uFEFF'));
        if (lines.Count == 0 || lines[0] is not [Magic])
            throw file.Refused($"does not begin with ncnn's number {Magic}; name a .param file in text form");
        var layers = ReadCount(file, lines);
        if (layers != lines.Count - 2)
            throw file.Refused($"announces {layers} layers and has {lines.Count - 2}; it is cut off or damaged, download it again");
        return [.. lines.Skip(2).Select((line, index) => ReadLayer(file, line, index + 3))];
    }

    /// <summary>The fields of each line that has any, counted as they are found.</summary>
    private static List<string[]> Lines(InputFile file, ReadOnlySpan<char> text)
    {
        var lines = new List<string[]>();
        var fields = 0;
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsWhiteSpace()) continue;
            fields += line.Count(' ') + 1;
            if (lines.Count > MaximumLayers + 2 || fields > MaximumFields)
                throw file.Refused($"has more than {MaximumLayers} lines or {MaximumFields} words, far more than a network's description needs");
            lines.Add(line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        return lines;
    }

    private static int ReadCount(InputFile file, List<string[]> lines)
    {
        var counts = lines.Count > 1 ? lines[1] : [];
        return counts.Length == 2 && TryWhole(counts[0], out var layers) && layers <= MaximumLayers
            ? layers
            : throw file.Refused("has no counts of layers and blobs in its second line; download it again");
    }

    /// <summary>Kind, name, numbers of inputs and outputs, their names, then <c>id=value</c>.</summary>
    private static NcnnLayer ReadLayer(InputFile file, string[] fields, int number)
    {
        if (fields.Length < 4 || !TryWhole(fields[2], out var inputs) || !TryWhole(fields[3], out var outputs)
            || (long)inputs + outputs > fields.Length - 4)
            throw Damaged(file, number, "is no layer");
        var parameters = new Dictionary<int, double[]>();
        foreach (var field in fields.Skip(4 + inputs + outputs))
        {
            if (!TryParameter(field, out var id, out var values) || !parameters.TryAdd(id, values))
                throw Damaged(file, number, $"has the parameter '{field}', which makes no sense");
        }
        return new NcnnLayer(fields[0], fields[1], fields[4..(4 + inputs)], fields[(4 + inputs)..(4 + inputs + outputs)], parameters);
    }

    private static bool TryParameter(string field, out int id, out double[] values)
    {
        id = 0;
        values = [];
        var parts = field.Split('=');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out id)) return false;
        var numbers = parts[1].Split(',');
        if (numbers.Length > MaximumArray) return false;
        values = new double[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            if (!double.TryParse(numbers[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])) return false;
        if (id > ArrayIds) return values.Length == 1 && id >= 0;

        id = ArrayIds - id;
        var announced = values[0];
        values = values[1..];
        return announced == values.Length;
    }

    private static bool TryWhole(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static Core.WeightsException Damaged(InputFile file, int line, string fault) =>
        file.Refused($"is damaged: line {line} {fault}; download it again");
}
