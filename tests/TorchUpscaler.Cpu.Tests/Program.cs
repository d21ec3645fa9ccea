using System.Globalization;
using System.Runtime.InteropServices;
using TorchUpscaler.Cpu;
using TorchUpscaler.Cpu.Tests;

// Started by WidthTests as a child process: WIDTH WEIGHTS COLUMNS ROWS OUT.f32
if (args.Length != 5)
{
    Console.Error.WriteLine("this program is started by its tests; run them with dotnet test");
    return 2;
}

if (CpuEngine.VectorWidth != args[0])
{
    Console.Error.WriteLine($"the engine uses {CpuEngine.VectorWidth} where {args[0]} was asked for");
    return 1;
}

var picture = Samples.Picture(int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
File.WriteAllBytes(args[4], MemoryMarshal.AsBytes<float>(Runs.Upscale(args[1], picture).Values).ToArray());
return 0;
