using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;

namespace TorchUpscaler.BotServer.World;

/// <summary>Makes of a photo what Telegram makes of it: JPEG files of at most 90, 320, 800 and 1280 pixels a side, by Debian's Python with Pillow.</summary>
internal static class Recompressor
{
    private const string Script =
        """
        import io, struct, sys
        from PIL import Image
        picture = Image.open(io.BytesIO(sys.stdin.buffer.read()))
        picture.load()
        picture = picture.convert("RGB")
        largest = max(picture.size)
        sides = [s for s in (90, 320, 800, 1280) if s < largest] + [min(largest, 1280)]
        for side in sorted(set(sides)):
            copy = picture.copy()
            copy.thumbnail((side, side))
            jpeg = io.BytesIO()
            copy.save(jpeg, "JPEG", quality=87)
            sys.stdout.buffer.write(struct.pack("<I", jpeg.tell()) + jpeg.getvalue())
        """;

    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<byte[]>>> s_made = [];

    /// <summary>The sizes, the smallest first. Made once for each picture.</summary>
    internal static IReadOnlyList<byte[]> Sizes(byte[] picture) =>
        s_made.GetOrAdd(Convert.ToHexString(SHA256.HashData(picture)), _ => new Lazy<IReadOnlyList<byte[]>>(() => Make(picture))).Value;

    private static List<byte[]> Make(byte[] picture)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = python.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var copying = python.StandardOutput.BaseStream.CopyToAsync(output);
        python.StandardInput.BaseStream.Write(picture);
        python.StandardInput.Close();
        copying.Wait();
        python.WaitForExit();
        if (python.ExitCode != 0) throw new InvalidOperationException($"a photo was to be sent that Pillow cannot read (Debian's package python3-pil): {errors.Result}");
        return Cut(output.ToArray());
    }

    private static List<byte[]> Cut(byte[] joined)
    {
        var parts = new List<byte[]>();
        for (var i = 0; i < joined.Length;)
        {
            var length = BitConverter.ToInt32(joined, i);
            parts.Add(joined[(i + 4)..(i + 4 + length)]);
            i += 4 + length;
        }
        return parts;
    }
}
