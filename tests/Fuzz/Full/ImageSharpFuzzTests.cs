using TorchUpscaler.Fuzz.Pictures;
using Xunit.Abstractions;

namespace TorchUpscaler.Fuzz.Full;

public sealed class ImageSharpFuzzTests(PictureFuzzTests.Seeds seeds, ITestOutputHelper output) : PictureFuzzTests("imagesharp", seeds, output);
