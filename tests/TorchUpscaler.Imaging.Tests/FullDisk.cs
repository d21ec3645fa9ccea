using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Tests;

/// <summary>A disk on which nothing has room.</summary>
internal static class FullDisk
{
    /// <summary>A result's file there.</summary>
    /// <param name="folder">Where it is to lie in the end.</param>
    internal static ResultFile File(string folder)
    {
        var temporary = Path.Combine(folder, "temporary");
        System.IO.File.CreateSymbolicLink(temporary, "/dev/full");
        return new ResultFile(Path.Combine(folder, "out.png"), temporary, new FileStream(temporary, FileMode.Open, FileAccess.Write));
    }
}
