using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu;

/// <summary>
/// conv_first and the residual-in-residual dense blocks. All blocks share three windows for their features and four for the
/// channels that grow in a dense block; what a block needs of the band above is carried beside them. A block's first two
/// dense blocks go from one window to the next, the third one writes its result over the rows of its input that it has added.
/// </summary>
internal sealed class RrdbTrunk
{
    private const int DenseConvolutions = 5;
    private const float ResidualScale = 0.2f;

    private readonly RunPlan _plan;
    private readonly Convolver _convolver;
    private readonly RrdbWeights _weights;
    private readonly InputRows _picture;
    private readonly RowWindow _input;
    private readonly RowWindow[] _features; // a block's input and result, and what is between its dense blocks
    private readonly RowWindow[] _growth;   // the four convolutions of a dense block that add channels
    private readonly List<Carry[]> _carries = []; // of each dense block, and of conv_body behind them

    public RrdbTrunk(Arena arena, RrdbNetShape shape, RrdbWeights weights, InputRows picture, RunPlan plan, Convolver convolver)
    {
        _plan = plan;
        _convolver = convolver;
        _weights = weights;
        _picture = picture;
        int features = weights.First.OutBlocks, growth = PackedConvolution.BlocksOf(shape.Growth), columns = plan.Columns;
        _input = new RowWindow(arena, weights.First.InBlocks, columns, plan.Window(2), plan.Window(2));
        Skip = new PlainRows(arena, features, columns, plan.Window(plan.TrunkLag));
        _features =
        [
            new RowWindow(arena, features, columns, plan.Window(RunPlan.BlockLag), plan.Window(RunPlan.DenseReach)),
            new RowWindow(arena, features, columns, plan.Window(RunPlan.DenseReach), plan.Window(RunPlan.DenseReach)),
            new RowWindow(arena, features, columns, plan.Window(RunPlan.DenseReach), plan.Window(RunPlan.DenseReach)),
        ];
        _growth = [.. Enumerable.Range(0, DenseConvolutions - 1).Select(_ => new RowWindow(arena, growth, columns, plan.Window(RunPlan.DenseLag), plan.Window(RunPlan.DenseLag)))];
        if (plan.Passes > 1) PrepareCarries(arena, shape);
    }

    /// <summary>conv_first's output, which conv_body's is added to.</summary>
    public PlainRows Skip { get; }

    /// <summary>The last block's output, lagging <see cref="OutputLag"/> rows.</summary>
    public RowWindow Output => _features[0];

    /// <summary>Lag of the last block's output behind the picture.</summary>
    public int OutputLag => LagOf(_weights.Dense.Length);

    /// <summary>Takes the next band through all blocks.</summary>
    public IEnumerable<long> Advance(int pass)
    {
        foreach (var cost in First(pass)) yield return cost;
        for (var block = 0; block < _weights.Dense.Length; block++)
            foreach (var cost in DenseBlock(block, pass)) yield return cost;
        if (_carries.Count == 0) yield break;
        Restore(_carries[^1]);
        Save(_carries[^1], pass);
    }

    private IEnumerable<long> First(int pass)
    {
        var (first, end) = _plan.RowsOf(pass, 0);
        _convolver.Each(_input.Plain.Blocks, first, end, (block, row) => _picture.Fill(_input.Plain, block, row));
        _convolver.Transform(_input.Plain, _input.Transformed, first, end);

        var call = new ConvolutionCall { Sources = [_input.Transformed], Weights = _weights.First, Target = Skip, PictureRows = _plan.Rows, Transposed = _plan.Transposed };
        (first, end) = _plan.RowsOf(pass, 1);
        foreach (var cost in _convolver.Compute(call, first, end)) yield return cost;
        CopyRows(Skip, _features[0].Plain, first, end);
        _convolver.Transform(_features[0].Plain, _features[0].Transformed, first, end);
    }

    private IEnumerable<long> DenseBlock(int block, int pass)
    {
        var inBlock = block % 3;
        var lag = LagOf(block);
        var input = _features[inBlock];
        if (_carries.Count > 0) Restore(_carries[block]);
        for (var k = 0; k < DenseConvolutions; k++)
        {
            var last = k == DenseConvolutions - 1;
            var output = last ? _features[(inBlock + 1) % 3] : _growth[k];
            var call = new ConvolutionCall
            {
                Sources = [input.Transformed, .. _growth.Take(k).Select(window => window.Transformed)],
                Weights = _weights.Dense[block][k],
                Target = output.Plain,
                PictureRows = _plan.Rows,
                Transposed = _plan.Transposed,
                First = last ? input.Plain : null,
                FirstScale = ResidualScale,
                Second = last && inBlock == 2 ? _features[0].Plain : null,
                SecondScale = ResidualScale,
            };
            var (first, end) = _plan.RowsOf(pass, lag + k + 1);
            foreach (var cost in _convolver.Compute(call, first, end)) yield return cost;
            _convolver.Transform(output.Plain, output.Transformed, first, end);
        }

        if (_carries.Count > 0) Save(_carries[block], pass);
    }

    /// <summary>Lag of a dense block's input behind the picture; conv_first is one row behind.</summary>
    private static int LagOf(int block) => 1 + block * RunPlan.DenseLag;

    /// <summary>What each dense block needs of the band above: rows of its input, and of the four that grow in it.</summary>
    private void PrepareCarries(Arena arena, RrdbNetShape shape)
    {
        for (var block = 0; block < 3 * shape.Blocks; block++)
        {
            var inBlock = block % 3;
            var lag = LagOf(block);
            var inputRows = inBlock == 0 ? RunPlan.BlockLag : RunPlan.DenseReach;
            _carries.Add(
            [
                new Carry(arena, _features[inBlock], lag, inputRows, RunPlan.DenseReach),
                .. _growth.Select((window, k) => new Carry(arena, window, lag + k + 1, RunPlan.DenseLag - k, RunPlan.DenseLag - k)),
            ]);
        }

        _carries.Add([new Carry(arena, _features[0], OutputLag, 2, 2)]);
    }

    private void Restore(Carry[] carries)
    {
        foreach (var carry in carries)
        {
            var (rows, window) = (carry.Rows, carry.Window);
            _convolver.Each(rows.Blocks, Math.Max(0, rows.First), rows.End, (block, row) => rows.Restore(window.Plain, block, row));
            _convolver.Transform(window.Plain, window.Transformed, Math.Max(0, rows.First + carry.Count - carry.Transformed), rows.End);
        }
    }

    private void Save(Carry[] carries, int pass)
    {
        foreach (var carry in carries)
        {
            // unclamped, so that a layer whose input has ended goes on to look back from where it is itself
            var next = (pass + 1) * _plan.BandRows - carry.Lag;
            var (rows, window) = (carry.Rows, carry.Window);
            rows.Hold(next - rows.Rows, Math.Clamp(next, 0, _plan.Rows));
            _convolver.Each(rows.Blocks, Math.Max(0, rows.First), rows.End, (block, row) => rows.Save(window.Plain, block, row));
        }
    }

    private void CopyRows(PlainRows source, PlainRows target, int firstRow, int endRow) =>
        _convolver.Each(source.Blocks, firstRow, endRow, (block, row) => target.CopyRow(source, block, row));

    /// <summary>Rows of one window that one layer carries from band to band.</summary>
    /// <param name="Window">The shared window.</param>
    /// <param name="Lag">Lag of the layer that fills it.</param>
    /// <param name="Count">Rows that are carried.</param>
    /// <param name="Transformed">How many of them, the lowest, are read by convolutions.</param>
    private sealed record Carry(Arena Arena, RowWindow Window, int Lag, int Count, int Transformed)
    {
        public CarriedRows Rows { get; } = new(Arena, Window.Plain.Blocks, Window.Plain.Columns, Count);
    }
}
