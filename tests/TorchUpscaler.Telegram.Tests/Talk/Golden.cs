using System.Runtime.CompilerServices;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Talk;

/// <summary>Transcripts as they ought to be, in files that people read.</summary>
internal static class Golden
{
    /// <summary>Compares a transcript with its file. One that differs is written to a file beside the tests, to be read and taken over where it is right.</summary>
    internal static void Check(string name, Language language, string transcript)
    {
        var file = $"{name}.{Languages.Code(language)}.txt";
        var expected = Path.Combine(Folder(), file);
        if (File.Exists(expected) && File.ReadAllText(expected) == transcript) return;
        var actual = Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Transcripts")).FullName, file);
        File.WriteAllText(actual, transcript);
        Assert.Equal(File.Exists(expected) ? File.ReadAllText(expected) : "", transcript);
        Assert.Fail($"there is no transcript {expected}; read {actual} and take it over where it is right");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../Transcripts"));
}
