using TorchUpscaler.Benchmarks.Engine;
using TorchUpscaler.Benchmarks.Kernels;
using TorchUpscaler.Benchmarks.Queue;
using TorchUpscaler.Benchmarks.Rows;

return args switch
{
    ["peers", .. var rest] => PeersCommand.Run(rest),
    ["kernels", .. var rest] => KernelsCommand.Run(rest),
    ["queue", .. var rest] => QueueCommand.Run(rest),
    ["engine"] => EngineServer.Run(Console.In, Console.Out),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: TorchUpscaler.Benchmarks peers [--quick] [--rounds N] [--threads N] [--json FILE] [--only ROW…] [--plan]
               TorchUpscaler.Benchmarks kernels [FILTER]
               TorchUpscaler.Benchmarks queue STORE…

        peers needs what tools/bench prepares: start that instead.
        """);
    return 2;
}
