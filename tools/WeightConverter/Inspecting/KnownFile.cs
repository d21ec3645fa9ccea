namespace TorchUpscaler.WeightConverter.Inspecting;

/// <summary>What the catalogue says of a file of a certain SHA-256.</summary>
/// <param name="Model">The model that it is.</param>
/// <param name="How">Whether it is a source's own file or what a source yields, and of which source.</param>
/// <param name="Licence">The licence of the weights.</param>
internal sealed record KnownFile(string Model, string How, string Licence)
{
    public override string ToString() => $"{Model}, {How}";
}
