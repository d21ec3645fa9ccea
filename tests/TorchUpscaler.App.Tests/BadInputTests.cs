namespace TorchUpscaler.App.Tests;

/// <summary>What is refused gets one sentence that says what and what to do, and leaves nothing behind.</summary>
[Collection(ProgramTests.Name)]
public sealed class BadInputTests(TinyModels models) : IDisposable
{
    private const int ExitRefused = 2;

    private readonly Workplace _here = new();

    [Fact]
    public void A_missing_file() =>
        Refused([_here.PathOf("gone.png")], "gone.png", "no such file");

    [Fact]
    public void A_folder_without_pictures()
    {
        _here.Text("notes.txt", "nothing to see");

        Refused([_here.Folder], _here.Folder, "no pictures", ".png");
    }

    [Fact]
    public void A_text_file_by_a_pictures_name() =>
        Refused([_here.Text("letter.png", "Dear reader, this is no picture at all.")], "letter.png", "not a picture", "PNG");

    [Fact]
    public void An_empty_file() =>
        Refused([_here.Text("nothing.jpg", "")], "nothing.jpg", "empty", "get or save it again");

    [Fact]
    public void A_header_that_announces_a_giant_picture()
    {
        Python.Run(
            """
            import struct, sys, zlib
            def chunk(kind, data):
                return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            with open(sys.argv[1], "wb") as out:
                out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0))
                          + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b""))
            """, _here.PathOf("giant.png"));

        Refused([_here.PathOf("giant.png")], "giant.png", "60000×60000", "64", "--max-input-mp 3600");
    }

    [Fact]
    public void A_result_beyond_the_limit() =>
        Refused([_here.Picture("photo.png", 100, 50), "--max-output-mp", "0.05"], "photo.png", "400×200", "--max-output-mp");

    [Fact]
    public void A_result_that_its_format_cannot_hold() =>
        Refused([_here.Picture("wide.png", 4200, 2), "-f", "webp"], "wide.png", "16800×8", "16383", "PNG");

    [Fact]
    public void A_folder_that_cannot_be_written() =>
        Refused([_here.Picture("photo.png"), "-o", "/proc/photo.png"], "'/proc/photo.png' cannot be written", "choose another folder");

    [Fact]
    public void A_folder_that_cannot_be_made()
    {
        var file = _here.Text("file", "");

        Refused([_here.Picture("photo.png"), "-o", file + "/folder/"], file, "-o");
    }

    [Fact]
    public void A_result_in_a_folder_that_is_not_there() =>
        Refused([_here.Picture("photo.png"), "-o", _here.PathOf("nowhere/big.png")], _here.PathOf("nowhere"));

    [Fact]
    public void A_model_that_is_not_installed() =>
        Refused([_here.Picture("photo.png"), "-m", "anime-6b"], "anime-6b", models.Folder, "-- pull anime-6b");

    [Fact]
    public void No_model_at_all()
    {
        var folder = Directory.CreateDirectory(_here.PathOf("empty")).FullName;

        ProgramRun.In(folder, null, "upscale", _here.Picture("photo.png"), "--weights", folder)
            .ExitedWith(ExitRefused).SaidOneSentence(folder, "-- pull x4plus");
    }

    [Fact]
    public void A_model_that_is_still_a_pickle()
    {
        var pickle = _here.Text("net.pth", "");

        Refused([_here.Picture("photo.png"), "-m", pickle], "net.pth", "safetensors", "-- convert");
    }

    [Fact]
    public void A_damaged_model()
    {
        var model = _here.PathOf("cut.safetensors");
        File.WriteAllBytes(model, File.ReadAllBytes(models.PathOf("x4plus"))[..2000]);

        Refused([_here.Picture("photo.png"), "-m", model], "cut.safetensors", "download or convert it again");
    }

    [Fact]
    public void An_output_that_names_nothing() =>
        Refused([_here.Picture("photo.png"), "-o", "", "-f", "png"], "-o", "file or a folder");

    [Fact]
    public void Too_little_memory() =>
        Refused([_here.Picture("photo.png", 400, 300), "--memory", "1MB"], "photo.png", "--memory");

    [Fact]
    public void A_result_on_top_of_its_picture() =>
        Refused([_here.Picture("photo.png"), "-o", _here.PathOf("photo.png"), "--force"], "photo.png", "-o");

    [Theory]
    [InlineData("real/photo.png", "folder/photo.png")]   // through a link to its folder
    [InlineData("folder/photo.png", "real/photo.png")]
    [InlineData("file.png", "real/photo.png")]           // a link to it
    [InlineData("deep/photo.png", "chain.png")]          // links to links
    public void A_result_on_top_of_its_picture_by_another_path(string picture, string result)
    {
        _here.Picture("real/photo.png");
        _here.Link("folder", "real");
        _here.Link("file.png", _here.PathOf("real/photo.png"));
        _here.Link("real/up", "../folder");
        _here.Link("deep", "real/up");
        _here.Link("chain.png", "deep/../file.png");
        var before = File.ReadAllBytes(_here.PathOf("real/photo.png"));

        Refused([_here.PathOf(picture), "-o", _here.PathOf(result), "--force"], picture, "replace the picture itself", "-o");

        Assert.Equal(before, File.ReadAllBytes(_here.PathOf("real/photo.png")));
    }

    [Theory]
    [InlineData("-s", "four")]
    [InlineData("-s", "0.5")]
    [InlineData("-s", "65")]
    [InlineData("--width", "0")]
    [InlineData("--height", "12.5")]
    [InlineData("--fit", "3840")]
    [InlineData("--fit", "0x100")]
    [InlineData("--fit", "1x2x3")]
    [InlineData("--strength", "1.1")]
    [InlineData("--strength", "half")]
    [InlineData("--denoise", "-0.1")]
    [InlineData("--alpha", "bicubic")]
    [InlineData("-f", "bmp")]
    [InlineData("--quality", "0")]
    [InlineData("--memory", "much")]
    [InlineData("--threads", "-1")]
    [InlineData("--max-input-mp", "0")]
    [InlineData("--fast-above", "-1")]
    [InlineData("--fast-above", "4,5")]
    [InlineData("--engine", "gpu")]
    public void An_option_that_makes_no_sense(string option, string value) =>
        Refused([_here.Picture("photo.png"), option, value], value, "--help");

    [Theory]
    [InlineData("--scale and --width each say how large the result is", "-s", "2", "--width", "80")]
    [InlineData("--height and --fit each say how large the result is", "--fit", "80x80", "--height", "80")]
    [InlineData("--width and --height together would distort", "--width", "80", "--height", "80")]
    [InlineData("at most ×64 is made", "--width", "8000")]
    [InlineData("x4plus is neither; leave out -m or --denoise", "-m", "x4plus", "--denoise", "0.5")]
    public void Options_that_contradict_each_other_or_the_picture(string said, params string[] options) =>
        Refused([_here.Picture("photo.png"), .. options], said);

    [Fact]
    public void Noise_without_its_models()
    {
        var folder = Directory.CreateDirectory(_here.PathOf("some")).FullName;
        File.Copy(models.PathOf("general-x4v3"), Path.Combine(folder, "general-x4v3.safetensors"));

        ProgramRun.In(folder, null, "upscale", _here.Picture("photo.png"), "--weights", folder, "--denoise", "0.5")
            .ExitedWith(ExitRefused).SaidOneSentence("general-wdn-x4v3 is not in", "-- pull general-wdn-x4v3");
    }

    [Fact]
    public void An_option_that_does_not_exist() =>
        Refused([_here.Picture("photo.png"), "--fast"], "--fast", "--help");

    public void Dispose() => _here.Dispose();

    private void Refused(string[] arguments, params string[] said)
    {
        var before = _here.Files;

        ProgramRun.Of(["upscale", "--weights", models.Folder, .. arguments]).ExitedWith(ExitRefused).SaidOneSentence(said);

        Assert.Equal(before, _here.Files);
    }
}
