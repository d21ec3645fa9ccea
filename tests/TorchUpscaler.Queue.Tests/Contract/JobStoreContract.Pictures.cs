using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1 << 20) - 1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(3 << 20)]
    public void Pictures_and_results_come_back_to_the_byte(int length)
    {
        Store.Submit(New(), Picture(), new MemoryStream(Bytes(5, length)));
        var job = Claimed();
        Assert.Equal(Bytes(5, length), File.ReadAllBytes(Store.FetchInput(job)));
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, Bytes(6, length))));
        Assert.Equal(Bytes(6, length), File.ReadAllBytes(Store.FetchResult(Store.ClaimDelivery(FrontEnd)!)!));
    }

    [Fact]
    public void Large_pictures_are_never_in_memory()
    {
        const int length = 20 << 20, bar = 8 << 20;
        var large = Path.Combine(Folder, "large.jpg");
        File.WriteAllBytes(large, Bytes(5, length));

        var before = GC.GetAllocatedBytesForCurrentThread();
        using (var file = File.OpenRead(large)) Store.Submit(New(), Picture(), file);
        var job = Claimed();
        var input = Store.FetchInput(job);
        Assert.True(Store.Finish(job.Claim, new FinishedPicture(Copied(input, Store.WorkFolder(job.Claim)), 1, 1, "x4plus", null, 0)));
        var result = Store.FetchResult(Store.ClaimDelivery(job.Id)!)!;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(File.ReadAllBytes(result).AsSpan().SequenceEqual(Bytes(5, length)));
        Assert.True(allocated < bar, $"{allocated} bytes for four passes of {length}");
    }

    [Fact]
    public void A_picture_may_come_from_a_source_that_cannot_be_read_twice()
    {
        Store.Receive(New());
        Assert.True(Store.Accept(Store.ClaimReceived(FrontEnd)!.Claim, Picture(), new Trickle(Bytes(5, 2_000_000))));
        Assert.Equal(Bytes(5, 2_000_000), File.ReadAllBytes(Store.FetchInput(Claimed())));
    }

    [Fact]
    public void A_source_that_breaks_is_not_the_stores_trouble_and_leaves_nothing()
    {
        var id = Store.Receive(New());
        var job = Store.ClaimReceived(FrontEnd)!;
        Assert.Equal("the network is gone", Assert.Throws<IOException>(() => Store.Accept(job.Claim, Picture(), new Trickle(Bytes(5), breaks: true))).Message);
        Assert.Equal("the network is gone", Assert.Throws<IOException>(() => Store.Submit(New(), Picture(), new Trickle(Bytes(5), breaks: true))).Message);
        Assert.Empty(PicturesKept());
        Assert.Single(Store.List(null, null, 10));
        Assert.True(Store.Accept(job.Claim, Picture(), new MemoryStream(Bytes(5)))); // the claim holds on
        Assert.Equal(JobState.Queued, Get(id).State);
    }

    [Fact]
    public void A_call_whose_answer_was_lost_can_be_made_again()
    {
        var id = Store.Receive(New());
        var job = Store.ClaimReceived(FrontEnd)!;
        Assert.True(Store.Accept(job.Claim, Picture(), new MemoryStream(Bytes(5))));
        Assert.True(Store.Accept(job.Claim, Picture(), new MemoryStream(Bytes(5))));
        job = Claimed();
        Assert.Equal(Bytes(5), File.ReadAllBytes(Store.FetchInput(job)));
        var result = Result(Store, job.Claim, Bytes(6));
        Assert.True(Store.Finish(job.Claim, result));
        Assert.True(Store.Finish(job.Claim, result)); // its file is gone meanwhile
        var delivery = Store.ClaimDelivery(FrontEnd)!; // the claim is another now
        Assert.True(Store.Finish(job.Claim, result));
        Assert.Equal(Bytes(6), File.ReadAllBytes(Store.FetchResult(delivery)!));
        Assert.True(Store.Told(delivery.Claim));
        Assert.Equal(id, Get(id).Id);
    }

    [Fact]
    public void A_result_that_is_gone_before_it_is_stored_is_no_success()
    {
        var id = Submit();
        var job = Claimed();
        var result = Result(Store, job.Claim);
        File.Delete(result.File);
        Assert.Throws<FileNotFoundException>(() => Store.Finish(job.Claim, result));
        Assert.Equal((JobState.Running, Store.Owner), (Get(id).State, Get(id).LeaseOwner));
    }

    [Fact]
    public void A_picture_that_is_lost_is_said_to_be()
    {
        Submit();
        var job = Claimed();
        Lose(job.InputFile!);
        Assert.Contains("gone", Assert.Throws<PictureException>(() => Store.FetchInput(job)).Message, StringComparison.Ordinal);

        Upscaled("berta");
        var delivery = Store.ClaimDelivery(FrontEnd)!;
        Lose(delivery.ResultFile!);
        Assert.Null(Store.FetchResult(delivery));
        Assert.Throws<PictureException>(() => Store.FetchInput(delivery with { InputFile = null }));
    }

    [Fact]
    public void Pictures_go_after_their_time_and_rows_after_theirs()
    {
        var (delivered, untold, failed, waiting) = (InState("delivered"), InState("upscaled"), InState("failed"), Submit());
        Assert.Equal(6, PicturesKept().Length);
        Clock.Move(Options.KeepPictures - TimeSpan.FromMilliseconds(1));
        Store.Clean();
        Assert.Equal(6, PicturesKept().Length);

        Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Equal(5, Store.Clean());
        Assert.Equal([Get(waiting).InputFile!], PicturesKept());
        Assert.Equal((JobState.Delivered, null, null), (Get(delivered).State, Get(delivered).InputFile, Get(delivered).ResultFile));
        Assert.Equal((JobState.Expired, "nobody fetched it in time"), (Get(untold).State, Get(untold).Error));
        Assert.False(Store.Retry(failed)); // its picture is gone
        Assert.Equal(untold, Store.ClaimDelivery(untold)!.Id);
        Assert.True(Store.Told(new Claim(untold, Get(untold).Attempt)));

        Clock.Move(Options.KeepRows - Options.KeepPictures);
        Store.Clean();
        Assert.Equal([waiting], Store.List(null, null, 10).Select(job => job.Id));
        Assert.Equal(0, Store.Clean());
    }

    [Fact]
    public void What_is_being_delivered_is_not_cleaned_away()
    {
        Upscaled();
        Clock.Move(Options.KeepRows);
        var delivery = Store.ClaimDelivery(FrontEnd)!;
        Store.Clean();
        Assert.Equal(Bytes(2), File.ReadAllBytes(Store.FetchResult(delivery)!));
        Assert.True(Store.Told(delivery.Claim));
        Assert.Equal(3, Store.Clean()); // two pictures and the row
        Assert.Empty(PicturesKept());
    }

    [Fact]
    public void Many_pictures_go_at_once()
    {
        for (var n = 0; n < 110; n++) Store.Cancel(Submit(), tellSender: false);
        Clock.Move(Options.KeepPictures);
        Assert.Equal(110, Store.Clean());
        Assert.Empty(PicturesKept());
    }

    [Fact]
    public void What_a_dead_process_left_on_this_machine_goes_and_what_is_held_stays()
    {
        Submit();
        var held = Claimed();
        File.WriteAllText(Path.Combine(Store.WorkFolder(held.Claim), "half a result"), "x");
        var gone = Store.WorkFolder(new Claim(77, 3));
        File.WriteAllText(Path.Combine(gone, "half a result"), "x");
        var work = Path.GetDirectoryName(gone)!;
        Store.WorkFolder(new Claim(78, 1)); // young
        foreach (var folder in (string[])[gone, Store.WorkFolder(held.Claim)]) Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - Options.Lease * 2);

        Assert.Equal(1, Store.Clean());
        Assert.Equal(["1-1", "78-1"], Directory.GetDirectories(work).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Store.Forget(held.Claim);
        Assert.Equal(["78-1"], Directory.GetDirectories(work).Select(Path.GetFileName));
        Store.Forget(held.Claim);
    }

    [Fact]
    public void A_machines_folder_that_is_gone_makes_the_store_unavailable()
    {
        var work = Path.GetDirectoryName(Store.WorkFolder(new Claim(1, 1)))!;
        Directory.Delete(work, recursive: true);
        File.WriteAllText(work, "a file in its place");
        Assert.Contains("cannot be written", Assert.Throws<StoreUnavailableException>(() => Store.WorkFolder(new Claim(1, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<StoreUnavailableException>(() => Store.Clean());
        File.Delete(work);
        Assert.True(Directory.Exists(Store.WorkFolder(new Claim(1, 1))));
        Assert.Equal(0, Store.Clean());
    }

    private static string Copied(string path, string folder)
    {
        var copy = Path.Combine(folder, "copied.png");
        File.Copy(path, copy);
        return copy;
    }

    // A stream as a network gives it: in pieces, once, and not always to its end.
    private sealed class Trickle(byte[] bytes, bool breaks = false) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (breaks && _at > bytes.Length / 2) throw new IOException("the network is gone");
            var read = Math.Min(Math.Min(count, 333 + _at / 3), bytes.Length - _at);
            Array.Copy(bytes, _at, buffer, offset, read);
            _at += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
