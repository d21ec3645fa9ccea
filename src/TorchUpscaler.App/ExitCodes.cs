namespace TorchUpscaler.App;

/// <summary>What the program's exit codes mean, in every command.</summary>
internal static class ExitCodes
{
    /// <summary>All was done.</summary>
    internal const int Done = 0;

    /// <summary>Something failed that is not the input's fault.</summary>
    internal const int Failed = 1;

    /// <summary>The input, the usage or the weights were refused.</summary>
    internal const int Refused = 2;

    /// <summary>Some of several pictures were not done.</summary>
    internal const int SomeFailed = 3;

    /// <summary>Cancelled from outside, as shells report a program that was interrupted.</summary>
    internal const int Cancelled = 130;
}
