using Xunit.Abstractions;

namespace TorchUpscaler.Fuzz.Pictures;

public sealed class VipsFuzzTests(PictureFuzzTests.Seeds seeds, ITestOutputHelper output) : PictureFuzzTests("libvips", seeds, output);
