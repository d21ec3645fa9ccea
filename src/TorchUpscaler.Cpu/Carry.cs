using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>
/// The last rows of one layer's band, kept for the next band while the shared windows serve other layers. The layer writes them
/// here itself, or they are taken from the window where its rows are.
/// </summary>
internal sealed class Carry
{
    private readonly RunPlan _plan;
    private readonly TransformedRows _points;
    private readonly int _lag;
    private readonly int _transformed;

    /// <param name="arena">Where their memory comes from.</param>
    /// <param name="plan">How the picture streams through.</param>
    /// <param name="points">The window that the convolutions read.</param>
    /// <param name="lag">Lag of the layer.</param>
    /// <param name="count">Rows that are carried.</param>
    /// <param name="transformed">How many of them, the lowest, are read by convolutions.</param>
    public Carry(Arena arena, RunPlan plan, TransformedRows points, int lag, int count, int transformed)
    {
        _plan = plan;
        _points = points;
        _lag = lag;
        _transformed = transformed;
        Rows = new PlainRows(arena, points.Blocks, points.Columns, count);
    }

    /// <summary>The rows.</summary>
    public PlainRows Rows { get; }

    /// <summary>The first row that is to be here after a pass; may lie outside the picture.</summary>
    public int FirstAfter(int pass) => EndAfter(pass) - Rows.Capacity;

    /// <summary>Puts the rows of the pass before where the convolutions read them.</summary>
    /// <param name="convolver">Does the work.</param>
    /// <param name="pass">The pass that begins.</param>
    public void Restore(Convolver convolver, int pass) => convolver.Transform(Rows, _points, EndAfter(pass - 1) - _transformed, Math.Min(EndAfter(pass - 1), _plan.Rows));

    /// <summary>The same, and puts all of the rows back into the window of plain rows.</summary>
    public void Restore(Convolver convolver, int pass, PlainRows window)
    {
        Copy(convolver, Rows, window, pass - 1);
        Restore(convolver, pass);
    }

    /// <summary>Takes the rows that the next pass needs out of the window of plain rows.</summary>
    public void Save(Convolver convolver, int pass, PlainRows window) => Copy(convolver, window, Rows, pass);

    // Unclamped, so that a layer whose input has ended goes on to look back from where it is itself.
    private int EndAfter(int pass) => (pass + 1) * _plan.BandRows - _lag;

    private void Copy(Convolver convolver, PlainRows source, PlainRows target, int pass) =>
        convolver.Each(source.Blocks, FirstAfter(pass), Math.Min(EndAfter(pass), _plan.Rows), (block, row) => target.CopyRow(source, block, row));
}
