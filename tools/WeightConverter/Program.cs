using TorchUpscaler.WeightConverter;

return await new CommandLine(Console.Out, Console.Error, !Console.IsErrorRedirected).Run(args);
