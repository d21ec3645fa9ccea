using System.Buffers.Binary;
using System.IO.Compression;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Tests;

/// <summary>Zips whose directory lies.</summary>
public sealed class ZipTests : IDisposable
{
    // Offsets in an entry of the central directory.
    private const int Flags = 8, Method = 10, PackedSize = 20, Size = 24, NameLength = 28, LocalOffset = 42;

    // Offsets in the header in front of an entry's bytes.
    private const int LocalFlags = 6, LocalMethod = 8, LocalSize = 22, LocalName = 30;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_size_beyond_the_file_is_refused_before_anything_is_allocated()
    {
        WriteZip();
        Patch(entry => { Put(entry, Size, 0xFFFF_FFF0); Put(entry, PackedSize, 0xFFFF_FFF0); });
        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = Refuse();
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.Matches(@"^is damaged or cut off: the zip's entry 'a/data\.pkl' would reach to byte \d+ and the file ends at \d+; download it again$", message);
    }

    [Fact]
    public void A_zip64_size_without_its_field_is_refused()
    {
        WriteZip();
        Patch(entry => Put(entry, Size, uint.MaxValue));
        Assert.Equal("is refused: the zip's entry 'a/data.pkl' has 104 bytes for 104 (method 0, CRC-32 0d54a0a6) in its own header and 104 bytes for 4294967295 (method 0, CRC-32 0d54a0a6) in the zip's directory; download it again", Refuse());
    }

    [Fact]
    public void A_larger_unpacked_than_packed_size_is_refused()
    {
        WriteZip();
        Patch(entry => Put(entry, Size, 1 << 30));
        Assert.Equal("is refused: the zip's entry 'a/data.pkl' has 104 bytes for 104 (method 0, CRC-32 0d54a0a6) in its own header and 104 bytes for 1073741824 (method 0, CRC-32 0d54a0a6) in the zip's directory; download it again", Refuse());
    }

    [Fact]
    public void Compressed_and_encrypted_entries_are_refused()
    {
        const string fault = "is refused: 'a/data.pkl' in it is {0}, which torch.save never does; load it in PyTorch and save it again";
        WriteZip(CompressionLevel.Optimal);
        Assert.Equal(fault.Replace("{0}", "compressed", StringComparison.Ordinal), Refuse());

        WriteZip();
        Patch(entry => entry[Flags] |= 1, header => header[LocalFlags] |= 1);
        Assert.Equal(fault.Replace("{0}", "encrypted", StringComparison.Ordinal), Refuse());

        WriteZip();
        Patch(entry => entry[Method] = 99, header => header[LocalMethod] = 99);
        Assert.Equal(fault.Replace("{0}", "compressed", StringComparison.Ordinal), Refuse());

        WriteZip();
        Patch(entry => Put(entry, Size, 9), header => Put(header, LocalSize, 9));
        Assert.Equal(fault.Replace("{0}", "104 bytes long and said to be 9", StringComparison.Ordinal), Refuse());
    }

    [Fact]
    public void An_entry_whose_own_header_says_something_else_than_the_directory_is_refused()
    {
        WriteZip();
        Patch(_ => { }, header => header[LocalName] = (byte)'b');
        Assert.Equal("is refused: the zip's entry 'a/data.pkl' is called 'b/data.pkl' where it stands; download it again", Refuse());

        WriteZip();
        Patch(_ => { }, header => header[LocalMethod] = 8);
        Assert.Equal(
            "is refused: the zip's entry 'a/data.pkl' has 104 bytes for 104 (method 8, CRC-32 0d54a0a6) in its own header"
                + " and 104 bytes for 104 (method 0, CRC-32 0d54a0a6) in the zip's directory; download it again",
            Refuse());
    }

    [Fact]
    public void A_directory_with_bytes_that_belong_to_no_entry_is_refused()
    {
        WriteZip();
        var bytes = File.ReadAllBytes(_folder["m.pth"]);
        bytes[^12] = 1; // one entry instead of two
        File.WriteAllBytes(_folder["m.pth"], bytes);
        Assert.Equal("is damaged: its zip directory has 54 bytes more than its 1 entries take; download it again", Refuse());
    }

    [Fact]
    public void An_entry_that_begins_outside_the_file_or_in_the_middle_of_something_is_refused()
    {
        WriteZip();
        Patch(entry => Put(entry, LocalOffset, 0x7FFF_FFFF));
        Assert.Matches(@"^is damaged or cut off: the zip's entry 'a/data\.pkl' would reach to byte 2147483677 and the file ends at \d+; download it again$", Refuse());

        WriteZip();
        Patch(entry => Put(entry, LocalOffset, 1));
        Assert.Equal("is damaged: the zip's entry 'a/data.pkl' does not begin at byte 1, as the zip's directory says; download it again", Refuse());
    }

    [Fact]
    public void A_name_longer_than_the_directory_is_refused()
    {
        WriteZip();
        Patch(entry => BinaryPrimitives.WriteUInt16LittleEndian(entry[NameLength..], ushort.MaxValue));
        Assert.Equal("is damaged: its zip directory makes no sense; download it again", Refuse());
    }

    [Fact]
    public void A_directory_larger_than_any_of_weights_is_refused()
    {
        WriteZip();
        var bytes = File.ReadAllBytes(_folder["m.pth"]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 22 + 12), 0x7000_0000);
        File.WriteAllBytes(_folder["m.pth"], bytes);
        Assert.Equal("is refused: its zip directory has 2 entries in 1879048192 bytes, far more than weights need", Refuse());
    }

    [Fact]
    public void The_same_name_twice_is_refused()
    {
        WriteZip(more: zip => PickleBuilder.Add(zip, "a/data/0", new byte[4]));
        Assert.Equal("is refused: its zip directory has 'a/data/0' twice", Refuse());
    }

    [Fact]
    public void A_zip_of_something_else_is_told_apart()
    {
        using (var zip = new ZipArchive(File.Create(_folder["m.pth"]), ZipArchiveMode.Create)) PickleBuilder.Add(zip, "RealESRGAN_x4plus.pth", new byte[4]);
        Assert.Equal("is a zip, but not one by torch.save: it has 0 files data.pkl; unpack it and convert the .pth file in it", Refuse());

        WriteZip(more: zip => PickleBuilder.Add(zip, "b/data.pkl", new byte[4]));
        Assert.Equal("is a zip, but not one by torch.save: it has 2 files data.pkl; unpack it and convert the .pth file in it", Refuse());
    }

    [Fact]
    public void A_file_of_a_big_endian_machine_is_refused()
    {
        WriteZip(more: zip => PickleBuilder.Add(zip, "a/byteorder", "big"u8.ToArray()));
        Assert.Equal("was saved on a big-endian machine; save it again on another", Refuse());
    }

    public void Dispose() => _folder.Dispose();

    private delegate void Change(Span<byte> entry);

    private static void Put(Span<byte> entry, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(entry[at..], value);

    private void WriteZip(CompressionLevel compression = CompressionLevel.NoCompression, Action<ZipArchive>? more = null)
    {
        using var zip = new ZipArchive(File.Create(_folder["m.pth"]), ZipArchiveMode.Create);
        PickleBuilder.Add(zip, "a/data.pkl", new PickleBuilder().Repeat(100, (byte)'N').Op('}').Stop(), compression);
        PickleBuilder.Add(zip, "a/data/0", new byte[16]);
        more?.Invoke(zip);
    }

    /// <summary>Changes the first entry of the central directory and, where given, the header in front of its bytes.</summary>
    private void Patch(Change entry, Change? header = null)
    {
        var bytes = File.ReadAllBytes(_folder["m.pth"]);
        entry(bytes.AsSpan(bytes.AsSpan().IndexOf("PK\u0001\u0002"u8)));
        header?.Invoke(bytes);
        File.WriteAllBytes(_folder["m.pth"], bytes);
    }

    private string Refuse()
    {
        var error = Assert.Throws<WeightsException>(() => Converter.Convert(
            _folder["m.pth"], _folder["out.safetensors"], false, _ => new Origin("a test", null), null, CancellationToken.None));
        return error.Message[(_folder["m.pth"].Length + 1)..];
    }
}
