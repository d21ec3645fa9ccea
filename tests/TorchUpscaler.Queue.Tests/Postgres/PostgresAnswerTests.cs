namespace TorchUpscaler.Queue.Tests;

/// <summary>What the server may answer while it runs; here a trigger lets it.</summary>
public sealed class PostgresAnswerTests : IDisposable
{
    private readonly string _location = PostgresCluster.Shared.NewSchema();
    private readonly string _here = Directory.CreateTempSubdirectory("queue-").FullName;
    private readonly IJobStore _store;

    public PostgresAnswerTests() => _store = JobStores.Open(_location, _here, new QueueOptions());

    private string Schema => Uri.UnescapeDataString(_location.Split("schema=")[1]);

    [Fact]
    public void A_full_disk_is_said_and_with_room_again_the_same_call_succeeds()
    {
        var id = Submit();
        var job = _store.Claim()!;
        var result = Path.Combine(_store.WorkFolder(job.Claim), "result.png");
        File.WriteAllBytes(result, new byte[1_500_000]);
        var finished = new FinishedPicture(result, 1, 1, "x", null, 1);

        Answer("disk_full", "could not extend file", times: 100);
        foreach (var call in (Action[])[() => Submit(), () => _store.Finish(job.Claim, finished)])
            Assert.EndsWith("cannot be used: the server's disk is full; free some space", Assert.Throws<StoreUnavailableException>(call).Message, StringComparison.Ordinal);
        Assert.Equal([JobState.Running], _store.List(null, null, 10).Select(each => each.State));

        Answer("disk_full", "", times: 0);
        Assert.True(_store.Finish(job.Claim, finished));
        Assert.Equal(1_500_000, new FileInfo(_store.FetchResult(_store.ClaimDelivery(id)!)!).Length);
        Submit();
    }

    [Theory]
    [InlineData("deadlock_detected")]
    [InlineData("serialization_failure")]
    [InlineData("admin_shutdown")]
    public void What_another_transaction_was_in_the_way_of_is_tried_again_with_the_whole_picture(string condition)
    {
        Answer(condition, "not now", times: 3);
        Submit();
        Assert.Equal(Picture(), File.ReadAllBytes(_store.FetchInput(_store.Claim()!)));

        Answer(condition, "not now", times: 100);
        Assert.EndsWith("not now", Assert.Throws<StoreUnavailableException>(() => Submit()).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_here, recursive: true);
    }

    private long Submit() => _store.Submit(new NewJob("test", "anna", "x"), new CheckedPicture(10, 10, ".jpg", "x"), new MemoryStream(Picture()));

    private static byte[] Picture()
    {
        var bytes = new byte[2_500_000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    // The next pictures' last pieces are answered so. A sequence counts, as it goes on when a transaction is rolled back.
    private void Answer(string condition, string message, int times) => PostgresCluster.Shared.Execute(
        $"""
        SET search_path = {Schema};
        DROP SEQUENCE IF EXISTS answers;
        CREATE SEQUENCE answers;
        CREATE OR REPLACE FUNCTION answer() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('answers') <= {times} THEN RAISE {condition} USING MESSAGE = '{message}'; END IF;
            RETURN NEW;
        END $$;
        CREATE OR REPLACE TRIGGER answer BEFORE INSERT ON picture_chunk FOR EACH ROW WHEN (NEW.number > 0) EXECUTE FUNCTION answer();
        """);
}
