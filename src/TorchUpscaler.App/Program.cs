using TorchUpscaler.App;

using var shutdown = new Shutdown();
return CommandLine.Run(args, shutdown);
