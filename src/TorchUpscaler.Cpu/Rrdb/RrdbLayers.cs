namespace TorchUpscaler.Cpu.Rrdb;

/// <summary>RRDBNet at work on one picture: the trunk, and behind it the tail.</summary>
internal sealed class RrdbLayers(RrdbTrunk trunk, RrdbTail tail) : IBandLayers
{
    public IEnumerable<long> Advance(int pass) => trunk.Advance(pass).Concat(tail.Advance(pass));
}
