namespace TorchUpscaler.Benchmarks.Kernels;
internal static class KernelsCommand { public static int Run(string[] a) => a.Length; }
