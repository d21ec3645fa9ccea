using System.Text.Encodings.Web;
using System.Text.Json;
using TorchUpscaler.Benchmarks.Measuring;
using TorchUpscaler.Core;
using TorchUpscaler.Torch.Cuda;

namespace TorchUpscaler.GpuCheck;

/// <summary>All rows, with what they were measured on.</summary>
/// <param name="When">When the check began.</param>
/// <param name="Device">Where the Torch engine computed.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Driver">NVIDIA's driver and its cards.</param>
/// <param name="Versions">Of everyone who took part.</param>
/// <param name="Rows">The rows.</param>
internal sealed record CheckReport(DateTimeOffset When, string Device, Machine Machine, NvidiaDriver Driver, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<CheckRow> Rows)
{
    private static readonly string[] Heads = ["part", "picture", "precision", "result", "beside", "card", "planned", ""];

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether all bars are met and no row is missing.</summary>
    public bool Passes => Rows.Count > 0 && !Rows.Any(row => row.Fails);

    /// <summary>A line for each row, its columns under each other; below them why rows are missing, and what the engine told.</summary>
    public string Table()
    {
        string[][] lines = [Heads, .. Rows.Select(Cells)];
        int[] widths = [.. Heads.Select((_, column) => lines.Max(line => line[column].Length))];
        var table = lines.Select(line => string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        var notes = Rows.SelectMany(row => row.Notices.Append(row.Missing).OfType<string>().Select(note => $"{row.Part} {row.What} {CheckRow.Name(row.Precision)}: {note}")).ToList();
        return string.Join('\n', [.. table, .. notes.Count == 0 ? notes : ["", .. notes]]);
    }

    /// <summary>The same for programs.</summary>
    public string Json() => JsonSerializer.Serialize(
        new
        {
            When,
            Device,
            Passes,
            Machine,
            Driver = Driver.Version,
            Cuda = Driver.Cuda?.ToString(),
            Cards = Driver.Cards.Select(card => new { card.Index, card.Name, card.TotalBytes, Capability = card.Capability.ToString() }),
            Versions,
            Rows = Rows.Select(row => new
            {
                row.Part,
                row.What,
                Precision = CheckRow.Name(row.Precision),
                row.IsMet,
                row.Missing,
                row.MegapixelsPerSecond,
                row.TorchMegapixelsPerSecond,
                row.Seconds,
                row.TorchSeconds,
                row.CardBytes,
                row.PlannedBytes,
                row.IsWithinPlan,
                row.Parity,
                row.Notices,
            }),
        },
        Format) + "\n";

    private static string[] Cells(CheckRow row) =>
        [row.Part, row.What, CheckRow.Name(row.Precision), row.Result, row.Beside, Bytes(row.CardBytes), Bytes(row.PlannedBytes), row.Verdict];

    private static string Bytes(long? bytes) => bytes is null ? "" : MemorySize.Format(bytes.Value);
}
