namespace TorchUpscaler.Torch.Full;

/// <summary>Half precision has yielded what no network makes of a picture: NaN, infinity, or one colour of many.</summary>
internal sealed class ImplausibleResultException() : Exception("half precision has yielded no picture");
