using System.Text;
using TorchUpscaler.Core;
using TorchUpscaler.WeightConverter.Ncnn;
using TorchUpscaler.WeightConverter.Torch;

namespace TorchUpscaler.WeightConverter;

/// <summary>Opens a file of weights by what is in it, not by its name.</summary>
internal static class CheckpointReader
{
    private const int HeadBytes = 512;

    /// <summary>Opens a file in a foreign format, to be converted.</summary>
    internal static Checkpoint OpenForeign(string path, CancellationToken cancel) => Open(path, isForeign: true, cancel);

    /// <summary>Opens a file in any format that is known, safetensors too.</summary>
    internal static Checkpoint OpenAny(string path, CancellationToken cancel) => Open(path, isForeign: false, cancel);

    private static Checkpoint Open(string path, bool isForeign, CancellationToken cancel)
    {
        var file = InputFile.Open(path);
        try
        {
            var head = file.Read(0, Math.Min(HeadBytes, file.Length), "its beginning");
            var text = Encoding.Latin1.GetString(head).TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\r', '\n', '\t');

            if (head.Length == 0) throw file.Refused("is empty; download it again");
            if (SafetensorsCheckpoint.IsBeginning(head))
            {
                if (isForeign) throw file.Refused("is a safetensors file already; use it as it is");
                file.Dispose();
                return SafetensorsCheckpoint.Read(path, cancel);
            }
            if (head.AsSpan().StartsWith("PK\u0003\u0004"u8)) return TorchCheckpoint.Read(file, isZip: true, cancel);
            if (head[0] == 0x80) return TorchCheckpoint.Read(file, isZip: false, cancel);
            if (text.StartsWith(NcnnParam.Magic, StringComparison.Ordinal)) return OpenPair(path, file, path, Beside(path, ".bin"), cancel);
            if (File.Exists(Path.ChangeExtension(path, ".param")) && HasExtension(path, ".bin"))
                return OpenPair(path, file, Path.ChangeExtension(path, ".param"), path, cancel);
            throw file.Refused(DescribeForeign(path, text, isForeign));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The pair's .bin belongs to the checkpoint, which reads it later; the .param is read here and now.</summary>
    private static Checkpoint OpenPair(string path, InputFile opened, string paramPath, string binPath, CancellationToken cancel)
    {
        var isParam = path == paramPath;
        var other = InputFile.Open(isParam ? binPath : paramPath);
        var (param, bin) = isParam ? (opened, other) : (other, opened);
        try
        {
            var checkpoint = NcnnCheckpoint.Read(param, bin, cancel);
            param.Dispose();
            return checkpoint;
        }
        catch
        {
            other.Dispose();
            throw;
        }
    }

    private static string Beside(string path, string extension)
    {
        var other = Path.ChangeExtension(path, extension);
        return File.Exists(other)
            ? other
            : throw new WeightsException($"{path} is one half of an ncnn model and {Path.GetFileName(other)} is not beside it"
                + "; put both into one folder");
    }

    private static string DescribeForeign(string path, string text, bool isForeign)
    {
        if (text.StartsWith('<'))
            return "is a web page, not weights"
                + "; open its address in a browser and save the file itself, for example by its 'raw' or 'download' link";
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "is only Git LFS's note of where the weights are; download the file itself, or run 'git lfs pull'";
        if (HasExtension(path, ".safetensors"))
            return "is called a safetensors file and does not begin like one; download or convert it again";
        if (HasExtension(path, ".bin"))
            return "is no file of PyTorch, and no .param file is beside it to make an ncnn pair; put both into one folder";
        return isForeign
            ? "is neither a .pth file of PyTorch nor one of an ncnn .param/.bin pair; choose one of these"
            : "is neither a .pth file of PyTorch nor one of an ncnn .param/.bin pair nor a safetensors file; choose one of these";
    }

    private static bool HasExtension(string path, string extension) => Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase);
}
