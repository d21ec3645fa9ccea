using TorchUpscaler.Torch.Full.Networks;
using TorchUpscaler.Torch.Streaming;
using static TorchSharp.torch;
using Conv2d = TorchSharp.Modules.Conv2d;

namespace TorchUpscaler.Torch.Full.Streaming;

/// <summary>What is behind RRDBNet's trunk: enlargements by two, each with its convolution, then conv_hr and conv_last.</summary>
internal sealed class RrdbTailRows : IDisposable
{
    private readonly SweepPlan _plan;
    private readonly Action<Tensor> _output;
    private readonly RowConvolution _convolution;
    private readonly List<Stage> _stages = [];

    /// <param name="network">The network.</param>
    /// <param name="plan">How the picture streams.</param>
    /// <param name="doublings">Enlargements by two.</param>
    /// <param name="output">Takes the result's next rows.</param>
    public RrdbTailRows(RrdbNet network, SweepPlan plan, int doublings, Action<Tensor> output)
    {
        (_plan, _output) = (plan, output);
        var axis = plan.Axis;
        _convolution = new RowConvolution(axis);
        for (var i = 0; i < doublings; i++) _stages.Add(new Stage(network.UpConvolutions[i], new RowWindow(axis), 1 << i, Doubles: true, IsActivated: true));
        _stages.Add(new Stage(network.conv_hr, new RowWindow(axis), 1 << doublings, Doubles: false, IsActivated: true));
        _stages.Add(new Stage(network.conv_last, new RowWindow(axis), 1 << doublings, Doubles: false, IsActivated: false));
    }

    /// <summary>The trunk's result, to be filled.</summary>
    public RowWindow Input => _stages[0].Input;

    /// <summary>Enlarges all rows that the trunk has made, a slice at a time.</summary>
    public IEnumerable<long> Advance()
    {
        while (true)
        {
            var before = _stages[0].Done;
            for (var i = 0; i < _stages.Count; i++)
                foreach (var cost in Advance(i)) yield return cost;
            if (_stages[0].Done == before) yield break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var stage in _stages) stage.Input.Dispose();
    }

    private IEnumerable<long> Advance(int number)
    {
        var stage = _stages[number];
        var factor = stage.Doubles ? 2 : 1;
        int rows = _plan.Rows * stage.Size, resultRows = rows * factor;
        // Below the map's last row nothing comes; else the row below is needed.
        var ready = stage.Input.End == rows ? resultRows : (stage.Input.End * factor) - 1;
        var end = number == 0 ? Math.Min(ready, stage.Done + (_plan.TailRows * factor)) : ready;
        if (end <= stage.Done) yield break;
        yield return Cost.Of(stage.Convolution) * (end - stage.Done) * _plan.Columns * stage.Size * factor;

        using var scope = NewDisposeScope();
        var result = Compute(stage, end, resultRows);
        stage.Done = end;
        stage.Input.Drop(stage.Doubles ? (end - 1) / 2 : end - 1);
        if (number + 1 < _stages.Count) _stages[number + 1].Input.Append(result);
        else _output(result);
    }

    private Tensor Compute(Stage stage, int end, int resultRows)
    {
        var first = stage.Done;
        Tensor result;
        if (stage.Doubles)
        {
            var (from, to) = (Math.Max(0, first - 1), Math.Min(resultRows, end + 1));
            var source = stage.Input.Rows(from / 2, (to + 1) / 2);
            var enlarged = RrdbNet.Enlarge(source).narrow(stage.Input.Axis, from % 2, to - from);
            result = _convolution.Rows(stage.Convolution, enlarged, from, first, end, resultRows);
        }
        else
        {
            result = _convolution.Rows(stage.Convolution, [stage.Input], first, end, resultRows);
        }
        return stage.IsActivated ? nn.functional.leaky_relu(result, ResidualDenseBlock.NegativeSlope, inplace: true) : result;
    }

    /// <summary>A convolution of the tail.</summary>
    /// <param name="Convolution">The convolution.</param>
    /// <param name="Input">What it reads.</param>
    /// <param name="Size">Rows of its input for each of the feature maps'.</param>
    /// <param name="Doubles">Whether its input is enlarged by two first.</param>
    /// <param name="IsActivated">Whether LeakyReLU follows.</param>
    private sealed record Stage(Conv2d Convolution, RowWindow Input, int Size, bool Doubles, bool IsActivated)
    {
        /// <summary>Rows of its result that have been computed.</summary>
        public int Done { get; set; }
    }
}
