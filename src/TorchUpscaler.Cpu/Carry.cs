using TorchUpscaler.Cpu.Memory;

namespace TorchUpscaler.Cpu;

/// <summary>Rows of a shared window that one layer carries from band to band.</summary>
/// <param name="arena">Where their memory comes from.</param>
/// <param name="window">The window, which serves other layers in between.</param>
/// <param name="lag">Lag of the layer that fills it.</param>
/// <param name="count">Rows that are carried.</param>
/// <param name="transformed">How many of them, the lowest, are read by convolutions.</param>
internal sealed class Carry(Arena arena, RowWindow window, int lag, int count, int transformed)
{
    private readonly CarriedRows _rows = new(arena, window.Plain.Blocks, window.Plain.Columns, count);

    /// <summary>Puts the rows back into the window, before the layer's next band.</summary>
    public void Restore(Convolver convolver)
    {
        convolver.Each(_rows.Blocks, Math.Max(0, _rows.First), _rows.End, (block, row) => _rows.Restore(window.Plain, block, row));
        convolver.Transform(window.Plain, window.Transformed, Math.Max(0, _rows.First + count - transformed), _rows.End);
    }

    /// <summary>Takes the rows that the next band needs out of the window.</summary>
    public void Save(Convolver convolver, RunPlan plan, int pass)
    {
        // unclamped, so that a layer whose input has ended goes on to look back from where it is itself
        var next = (pass + 1) * plan.BandRows - lag;
        _rows.Hold(next - _rows.Rows, Math.Clamp(next, 0, plan.Rows));
        convolver.Each(_rows.Blocks, Math.Max(0, _rows.First), _rows.End, (block, row) => _rows.Save(window.Plain, block, row));
    }
}
