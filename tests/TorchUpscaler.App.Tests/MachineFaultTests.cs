using System.Diagnostics;
using System.Text;

namespace TorchUpscaler.App.Tests;

/// <summary>What happens to real machines while the program works: one sentence, the right exit code, and nothing half-made.</summary>
[Collection(ProgramTests.Name)]
public sealed class MachineFaultTests(TinyModels models) : IDisposable
{
    // 600 × 400 pixels of noise become a PNG of more than ten megabytes.
    private const int Wide = 600, High = 400;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "torchupscaler.dll");

    private readonly Workplace _here = new();

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    public void A_disk_that_fills_up_while_the_result_is_written(string format)
    {
        var picture = Noise("photo.png");
        var result = OnSmallDisk($"""dotnet "$@" -o small/result.{format}; code=$?; ls -A small; exit $code""", "200k", "upscale", picture, "--weights", models.Folder);

        Assert.Equal("", result.Output); // nothing is left on the full disk
        result.ExitedWith(1);
        var error = result.ErrorLines[^1];
        Assert.StartsWith("torchupscaler: ", error, StringComparison.Ordinal);
        Assert.Contains("the disk is full", error, StringComparison.Ordinal);
        Assert.Contains($"result.{format}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_that_is_full_for_one_picture_may_do_for_the_next()
    {
        var result = OnSmallDisk(
            """dotnet "$@" -o small; code=$?; ls -A small; exit $code""", "200k",
            "upscale", Noise("a.png"), _here.Picture("b.png"), "--weights", models.Folder);

        Assert.Equal("b_x4.png\n", result.Output);
        result.ExitedWith(3);
        Assert.Contains("the disk is full", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void No_room_in_the_folder_for_temporary_files_does_not_matter()
    {
        var result = OnSmallDisk(
            $"""head -c 300k /dev/zero > small/filler 2>/dev/null; TMPDIR="$PWD/small" dotnet "$@" -o result.png; code=$?; ls small; exit $code""", "200k",
            "upscale", _here.Picture("photo.png"), "--weights", models.Folder);

        result.ExitedWith(0);
        Assert.Equal("filler\n", result.Output);
        Assert.Equal("PNG RGB 80 48", Python.Describe(_here.PathOf("result.png")));
    }

    [Theory]
    [InlineData("- -o result.png", "300k")] // the picture that comes in
    [InlineData("photo.png -o -", "0")]     // the one that goes out
    public void No_room_for_what_passes_through_the_folder_for_temporary_files(string streams, string filler)
    {
        Noise("photo.png");

        var result = OnSmallDisk(
            $"""head -c {filler} /dev/zero > small/filler 2>/dev/null; TMPDIR="$PWD/small" dotnet "$@" {streams} < photo.png > out; code=$?; ls small; exit $code""", "400k",
            "upscale", "--weights", models.Folder);

        result.ExitedWith(1);
        Assert.Equal("filler\n", result.Output);
        Assert.Contains($"the folder for temporary files '{_here.PathOf("small")}' is full; set TMPDIR to another one", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_results_folder_disappears_in_the_middle()
    {
        Directory.CreateDirectory(_here.PathOf("out"));
        using var run = ProgramRun.Begin("upscale", _here.Picture("photo.png", 1200, 900), "-o", _here.PathOf("out/result.png"), "--weights", models.Folder);
        run.WaitForFirstLine(); // the network has begun, and so has the result
        Directory.Delete(_here.PathOf("out"), recursive: true);

        var result = run.Wait().ExitedWith(1);
        Assert.Contains("its folder is gone", result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Contains("out/result.png", result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", result.Errors, StringComparison.Ordinal);
        Assert.Equal(["photo.png"], _here.Files);
    }

    [Fact]
    public void A_queues_disk_that_fills_up_loses_nothing_and_charges_nobody()
    {
        Noise("photo.png");
        var result = OnSmallDisk(
            $$"""
            program=$1 models={{models.Folder}}
            queue() { dotnet "$program" queue "$@" --store small/queue; }
            dotnet "$program" submit photo.png --store small/queue --weights "$models" > /dev/null || exit 1
            head -c 100m /dev/zero > small/filler 2> /dev/null
            truncate -s -1500k small/filler # room for the database, not for the result
            dotnet "$program" worker --store small/queue --weights "$models" --listen off --threads 1 \
                --set Worker:FullDiskRest=00:00:01 --set Queue:Lease=00:00:05 > worker.log 2>&1 &
            worker=$!
            for i in $(seq 600); do grep -q 'handed back' worker.log && break; sleep 0.1; done
            grep -m 1 -o 'the disk is full' worker.log
            rm small/filler
            for i in $(seq 120); do queue show 1 --json | grep -q '"state":"upscaled"' && break; sleep 0.5; done
            kill -TERM $worker; wait $worker
            queue fetch 1 -o . > /dev/null
            queue show 1 --json
            """, "20m");

        result.ExitedWith(0);
        Assert.StartsWith("the disk is full\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"delivered\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("\"failures\":0", result.Output, StringComparison.Ordinal);
        Assert.Equal($"PNG RGB {Wide * 4} {High * 4}", Python.Describe(_here.PathOf("photo_x4.png")));
    }

    [Theory]
    [InlineData("with spaces.png")]
    [InlineData("with\nnewline.png")]
    [InlineData("emoji 🚀 und ümlaut.png")]
    [InlineData("'quotes' \"and\" $HOME `x` ;&|*?.png")]
    [InlineData("--output.png")]
    [InlineData("-o.png")]
    [InlineData("-.png")]
    public void Any_name_that_a_file_can_have(string name)
    {
        _here.Picture("made.png");
        File.Move(_here.PathOf("made.png"), _here.PathOf(name));
        // In the working directory and after --, by its path, and in a folder.
        ProgramRun.In(_here.Folder, null, "upscale", "--weights", models.Folder, "-f", "jpg", "--", name).ExitedWith(0);
        ProgramRun.Of("upscale", _here.PathOf(name), "-f", "webp", "--weights", models.Folder).ExitedWith(0);
        ProgramRun.Of("upscale", _here.Folder, "-f", "png", "--weights", models.Folder).ExitedWith(0);

        var stem = Path.GetFileNameWithoutExtension(name);
        Assert.Equal(((string[])[name, stem + "_x4.jpg", stem + "_x4.png", stem + "_x4.webp"]).Order(StringComparer.Ordinal), _here.Files);
    }

    public void Dispose() => _here.Dispose();

    private string Noise(string name)
    {
        Python.Run(
            """
            import sys, numpy
            from PIL import Image
            noise = numpy.random.default_rng(1).integers(0, 256, (int(sys.argv[3]), int(sys.argv[2]), 3), numpy.uint8)
            Image.fromarray(noise).save(sys.argv[1])
            """, _here.PathOf(name), $"{Wide}", $"{High}");
        return _here.PathOf(name);
    }

    // A shell line with the program's arguments as "$@", in the workplace, where the folder small is a tmpfs of that size. Only
    // the line sees the disk: it has a mount namespace of its own.
    private ProgramResult OnSmallDisk(string line, string size, params string[] arguments)
    {
        Directory.CreateDirectory(_here.PathOf("small"));
        string[] unshare = Environment.IsPrivilegedProcess ? ["--mount"] : ["--mount", "--map-root-user"];
        var start = new ProcessStartInfo("unshare", [.. unshare, "/bin/sh", "-c", $"mount -t tmpfs -o size={size} tmpfs small || exit 99\n{line}", "sh", Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = _here.Folder,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode != 99, $"the test needs a small disk and may not mount one: {errors.Result}");
        return new ProgramResult(process.ExitCode, output, errors.Result);
    }
}
