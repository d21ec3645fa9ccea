using System.Diagnostics;
using System.Text.Json;

namespace TorchUpscaler.App.Tests.Pictures;

/// <summary>exiftool, which knows what files say of their pictures.</summary>
internal static class Exiftool
{
    /// <summary>Sets tags of a file, as <c>-Make=A maker</c>.</summary>
    internal static void Set(string path, params string[] tags) => Run(["-q", "-overwrite_original", "-n", .. tags, path]);

    /// <summary>All tags of a file by their names with groups, <c>IFD0:Make</c>.</summary>
    internal static Dictionary<string, string> Tags(string path) => JsonDocument.Parse(Run(["-json", "-n", "-G1", "-s", path])).RootElement[0]
        .EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.ToString());

    private static string Run(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("exiftool", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exiftool failed (package libimage-exiftool-perl): {errors.Result}");
        return output;
    }
}
