using TorchUpscaler.Core;
using TorchUpscaler.Cpu.Memory;
using TorchUpscaler.Cpu.Winograd;

namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>
/// conv_first and the residual-in-residual dense blocks. All blocks share three windows for their features and four for the
/// channels that grow in a dense block; what a block needs of the band above is carried beside them. A block's first two
/// dense blocks go from one window to the next, the third one writes its result over the rows of its input that it has added.
/// </summary>
internal sealed class RrdbTrunk
{
    private const int DenseConvolutions = 5;
    private const float ResidualScale = 0.2f;

    private readonly RrdbPlan _plan;
    private readonly Convolver _convolver;
    private readonly RrdbConvolutions _weights;
    private readonly InputRows _picture;
    private readonly PlainRows _input;
    private readonly TransformedRows _inputPoints;
    private readonly RowWindow[] _features;       // a block's input and result, and what is between its dense blocks
    private readonly TransformedRows[] _growth;   // the four convolutions of a dense block that add channels
    private readonly List<Carry> _featureCarries = []; // of each dense block's input, and of conv_body's
    private readonly List<Carry[]> _growthCarries = []; // of each dense block

    public RrdbTrunk(Arena arena, RrdbNetShape shape, RrdbConvolutions weights, InputRows picture, RrdbPlan plan, Convolver convolver)
    {
        _plan = plan;
        _convolver = convolver;
        _weights = weights;
        _picture = picture;
        int features = weights.First.OutBlocks, growth = PackedConvolution.BlocksOf(shape.Growth), columns = plan.Columns;
        _input = new PlainRows(arena, weights.First.InBlocks, columns, plan.Window(0));
        _inputPoints = new TransformedRows(arena, weights.First.InBlocks, columns, plan.Window(2));
        Skip = new PlainRows(arena, features, columns, plan.Window(plan.TrunkLag));
        _features =
        [
            new RowWindow(arena, features, columns, plan.Window(RrdbPlan.BlockLag), plan.Window(RrdbPlan.DenseReach)),
            new RowWindow(arena, features, columns, plan.Window(RrdbPlan.DenseReach), plan.Window(RrdbPlan.DenseReach)),
            new RowWindow(arena, features, columns, plan.Window(RrdbPlan.DenseReach), plan.Window(RrdbPlan.DenseReach)),
        ];
        _growth = [.. Enumerable.Range(0, DenseConvolutions - 1).Select(_ => new TransformedRows(arena, growth, columns, plan.Window(RrdbPlan.DenseLag)))];
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
        Restore(_weights.Dense.Length, pass);
        Save(_weights.Dense.Length, pass);
    }

    private IEnumerable<long> First(int pass)
    {
        var (first, end) = _plan.RowsOf(pass, 0);
        _convolver.Each(_input.Blocks, first, end, (block, row) => _picture.Fill(_input, block, row));
        _convolver.Transform(_input, _inputPoints, first, end);

        var call = new ConvolutionCall
        {
            Sources = [_inputPoints],
            Weights = _weights.First,
            Target = Skip,
            Points = _features[0].Transformed,
            PictureRows = _plan.Rows,
            Transposed = _plan.Transposed,
        };
        (first, end) = _plan.RowsOf(pass, 1);
        foreach (var cost in _convolver.Compute(call, first, end)) yield return cost;
        CopyRows(Skip, _features[0].Plain, first, end);
    }

    private IEnumerable<long> DenseBlock(int block, int pass)
    {
        var inBlock = block % 3;
        var lag = LagOf(block);
        var input = _features[inBlock];
        Restore(block, pass);
        for (var k = 0; k < DenseConvolutions; k++)
        {
            var last = k == DenseConvolutions - 1;
            var output = _features[(inBlock + 1) % 3];
            var carry = last || _growthCarries.Count == 0 ? null : _growthCarries[block][k];
            var call = new ConvolutionCall
            {
                Sources = [input.Transformed, .. _growth.Take(k)],
                Weights = _weights.Dense[block][k],
                Target = last ? output.Plain : carry?.Rows,
                TargetFrom = carry?.FirstAfter(pass) ?? 0,
                Points = last ? output.Transformed : _growth[k],
                PictureRows = _plan.Rows,
                Transposed = _plan.Transposed,
                First = last ? input.Plain : null,
                FirstScale = ResidualScale,
                Second = last && inBlock == 2 ? _features[0].Plain : null,
                SecondScale = ResidualScale,
            };
            var (first, end) = _plan.RowsOf(pass, lag + k + 1);
            foreach (var cost in _convolver.Compute(call, first, end)) yield return cost;
        }

        Save(block, pass);
    }

    /// <summary>Lag of a dense block's input behind the picture; conv_first is one row behind.</summary>
    private static int LagOf(int block) => 1 + block * RrdbPlan.DenseLag;

    /// <summary>What each dense block needs of the band above: rows of its input, and of the four that grow in it.</summary>
    private void PrepareCarries(Arena arena, RrdbNetShape shape)
    {
        for (var block = 0; block < 3 * shape.Blocks; block++)
        {
            var inBlock = block % 3;
            var lag = LagOf(block);
            var inputRows = inBlock == 0 ? RrdbPlan.BlockLag : RrdbPlan.DenseReach;
            _featureCarries.Add(new Carry(arena, _plan, _features[inBlock].Transformed, lag, inputRows, RrdbPlan.DenseReach));
            _growthCarries.Add([.. _growth.Select((points, k) => new Carry(arena, _plan, points, lag + k + 1, RrdbPlan.DenseLag - k, RrdbPlan.DenseLag - k))]);
        }

        _featureCarries.Add(new Carry(arena, _plan, Output.Transformed, OutputLag, 2, 2));
    }

    private void Restore(int block, int pass)
    {
        if (_featureCarries.Count == 0) return; // one pass: the windows hold the whole picture
        _featureCarries[block].Restore(_convolver, pass, _features[block % 3].Plain);
        if (block == _growthCarries.Count) return; // behind the last block
        foreach (var carry in _growthCarries[block]) carry.Restore(_convolver, pass);
    }

    /// <summary>The rows that grow have been written where they are carried.</summary>
    private void Save(int block, int pass)
    {
        if (_featureCarries.Count > 0) _featureCarries[block].Save(_convolver, pass, _features[block % 3].Plain);
    }

    private void CopyRows(PlainRows source, PlainRows target, int firstRow, int endRow) =>
        _convolver.Each(source.Blocks, firstRow, endRow, (block, row) => target.CopyRow(source, block, row));
}
