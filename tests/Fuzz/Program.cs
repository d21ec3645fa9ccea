using TorchUpscaler.Fuzz.Pictures;

// Started by PictureFuzz as a child process, which a decoder may bring down: CODEC and SEEDS SEED FROM COUNT, or FILE alone.
if (args.Length is not (2 or 5))
{
    Console.Error.WriteLine("this program is started by its tests; run them with dotnet test");
    return 2;
}
return DecoderProcess.Run(Codecs.Of(args[0]), args[1..]);
