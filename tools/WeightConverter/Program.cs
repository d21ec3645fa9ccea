using TorchUpscaler.WeightConverter;

// Never disposed: what could not be written would be tried once more.
var output = new StreamWriter(new ResultStream(Console.OpenStandardOutput()), Console.OutputEncoding) { AutoFlush = true };
return await new CommandLine(output, Console.Error, !Console.IsErrorRedirected).Run(args);
