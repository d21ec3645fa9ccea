using TorchUpscaler.Benchmarks;
using TorchUpscaler.Benchmarks.Peers;
using TorchUpscaler.Core;
using TorchUpscaler.GpuCheck;
using TorchUpscaler.GpuCheck.Full;

const int AllMet = 0, SomethingMissed = 1, Refused = 2;

try
{
    var options = CheckOptions.Parse(args);
    using var children = new Children();
    var report = new CardCheck(options, children, line => Console.Error.WriteLine("== " + line)).Run();
    Console.WriteLine(report.Table());
    if (options.JsonFile is { } file) File.WriteAllText(file, report.Json());
    return report.Passes ? AllMet : SomethingMissed;
}
catch (Exception error) when (error is InputException or BenchException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"gpu-check: {error.Message}");
    return error is InputException ? Refused : SomethingMissed;
}
