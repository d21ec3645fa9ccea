namespace TorchUpscaler.Cpu;

/// <summary>The layers of a network at work on one picture.</summary>
internal interface IBandLayers
{
    /// <summary>Takes the next band of the picture through all layers, and hands on the rows that are finished by it.</summary>
    /// <returns>The cost of each piece of work, in multiply-adds, before it is done.</returns>
    IEnumerable<long> Advance(int pass);
}
