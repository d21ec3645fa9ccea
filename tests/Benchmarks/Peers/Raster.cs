namespace TorchUpscaler.Benchmarks.Peers;

/// <summary>A picture as all peers take it: a file of raw bytes, <c>[height][width][3]</c>.</summary>
/// <param name="File">The file.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
internal sealed record Raster(string File, int Width, int Height)
{
    /// <summary>Pixels in all.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>Writes a part of it; pixels outside the picture repeat its edge.</summary>
    public Raster Part(int left, int top, int width, int height, string file)
    {
        var source = System.IO.File.ReadAllBytes(File);
        var part = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                var at = ((Math.Clamp(top + y, 0, Height - 1) * Width) + Math.Clamp(left + x, 0, Width - 1)) * 3;
                source.AsSpan(at, 3).CopyTo(part.AsSpan(((y * width) + x) * 3));
            }

        System.IO.File.WriteAllBytes(file, part);
        return new Raster(file, width, height);
    }
}
