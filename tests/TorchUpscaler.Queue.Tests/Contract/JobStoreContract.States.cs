namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    private static readonly string[] States = ["received", "queued", "running", "upscaled", "delivered", "failed", "cancelled", "expired"];

    // The diagram in ARCHITECTURE.
    private static readonly string[] Ways =
    [
        "received queued", "received failed", "received cancelled", "received expired",
        "queued running", "queued cancelled", "queued expired",
        "running queued", "running upscaled", "running failed", "running cancelled",
        "upscaled delivered", "upscaled expired",
        "failed queued", "cancelled queued", "expired queued",
    ];

    [Fact]
    public void A_job_goes_from_received_to_delivered()
    {
        var id = Store.Receive(New() with { Payload = "{\"chat\":7}", Model = "x4plus", Scale = 4, Format = Core.PictureFormat.Png, Quality = 80 });
        var received = Get(id);
        Assert.Equal((JobState.Received, FrontEnd, "anna", "photo.jpg"), (received.State, received.FrontEnd, received.Person, received.Name));
        Assert.Equal(("{\"chat\":7}", "x4plus", 4, Core.PictureFormat.Png, 80), (received.Payload, received.Model, received.Scale, received.Format, received.Quality));
        Assert.Equal(Clock.Milliseconds, received.ReceivedAt);
        Assert.Null(received.InputFile);

        Clock.Move(TimeSpan.FromSeconds(1));
        var fetching = Store.ClaimReceived(FrontEnd)!;
        Assert.Equal((id, JobState.Received, 1, Store.Owner), (fetching.Id, fetching.State, fetching.Attempt, fetching.LeaseOwner));
        Assert.True(Store.Accept(fetching.Claim, Picture(2), new MemoryStream(Bytes(1))));
        var queued = Get(id);
        Assert.Equal((JobState.Queued, 1000, 2000, "x4plus", 2.0), (queued.State, queued.Width, queued.Height, queued.Work, queued.Cost));
        Assert.Equal(Clock.Milliseconds, queued.QueuedAt);
        Assert.Null(queued.LeaseOwner);

        Clock.Move(TimeSpan.FromSeconds(1));
        var running = Claimed();
        Assert.Equal((id, JobState.Running, 2, true), (running.Id, running.State, running.Attempt, running.IsActive));
        Assert.Equal(Clock.Milliseconds, running.StartedAt);
        Assert.Equal(Bytes(1), File.ReadAllBytes(Store.FetchInput(running)));
        Assert.True(Store.Finish(running.Claim, Result(Store, running.Claim, Bytes(3), seconds: 1.5)));
        var upscaled = Get(id);
        Assert.Equal((JobState.Upscaled, 4000, 4000, 1000L), (upscaled.State, upscaled.ResultWidth, upscaled.ResultHeight, upscaled.ResultBytes));
        Assert.Equal(("x4plus", "a note", 1.5, 1.0), (upscaled.ResultModel, upscaled.Note, upscaled.Seconds, upscaled.Progress));

        var delivery = Store.ClaimDelivery(FrontEnd)!;
        Assert.Equal((id, JobState.Upscaled, 3, 1), (delivery.Id, delivery.State, delivery.Attempt, delivery.Deliveries));
        Assert.Equal(Bytes(3), File.ReadAllBytes(Store.FetchResult(delivery)!));
        Assert.True(Store.Told(delivery.Claim));
        var delivered = Get(id);
        Assert.Equal((JobState.Delivered, Clock.Milliseconds, Clock.Milliseconds), (delivered.State, delivered.ToldAt, delivered.EndedAt));
        Assert.Null(delivered.LeaseOwner);
        Assert.Null(Store.ClaimDelivery(FrontEnd));
    }

    [Fact]
    public void What_is_stored_is_there_when_the_store_is_opened_again()
    {
        var id = Upscaled();
        var waiting = Submit("berta");
        var before = (Get(id), Get(waiting));
        Store.Dispose();

        var again = Open();
        Assert.Equal(before, (again.Find(id)!, again.Find(waiting)!));
        Assert.Equal(Bytes(2), File.ReadAllBytes(again.FetchResult(again.ClaimDelivery(id)!)!));
        Assert.Equal(Bytes(1), File.ReadAllBytes(again.FetchInput(again.Claim()!)));
    }

    [Fact]
    public void No_sql_leads_a_job_off_the_diagram()
    {
        foreach (var from in States)
        {
            foreach (var to in States.Where(state => state != from))
            {
                var id = InState(from);
                var isLegal = Ways.Contains($"{from} {to}");
                var failure = Record.Exception(() => Sql($"UPDATE job SET {Fitting(to)} WHERE id = {id}"));
                Assert.True(failure is null == isLegal, $"from {from} to {to}: {failure?.Message ?? "allowed"}");
                Assert.Equal(isLegal ? to : from, Get(id).State.ToString().ToLowerInvariant());
                Store.Cancel(id, tellSender: false); // out of the next one's way
            }
        }
    }

    [Theory]
    [InlineData("running", "lease_owner = NULL, lease_until = NULL")]
    [InlineData("running", "lease_until = NULL")]
    [InlineData("running", "input_file = NULL")]
    [InlineData("running", "ended_at = 1")]
    [InlineData("running", "attempt = attempt - 1")]
    [InlineData("queued", "lease_owner = 'me', lease_until = 1")]
    [InlineData("queued", "input_file = NULL")]
    [InlineData("queued", "queued_at = NULL")]
    [InlineData("queued", "class = 1, effective_class = 0")]
    [InlineData("queued", "class = 3, effective_class = 1")]
    [InlineData("queued", "class = 1, effective_class = 2")]
    [InlineData("queued", "class = 4, effective_class = 4")]
    [InlineData("queued", "cost = -1")]
    [InlineData("queued", "state = 'waiting'")]
    [InlineData("queued", "state = NULL")]
    [InlineData("received", "quality = 0")]
    [InlineData("received", "scale = 65")]
    [InlineData("received", "format = 'Gif'")]
    [InlineData("upscaled", "result_file = NULL")]
    [InlineData("upscaled", "told_at = 1")]
    [InlineData("upscaled", "ended_at = NULL")]
    [InlineData("delivered", "told_at = NULL")]
    [InlineData("delivered", "lease_owner = 'me', lease_until = 1")]
    [InlineData("failed", "error = NULL")]
    public void No_sql_makes_a_row_that_contradicts_itself(string state, string change)
    {
        var id = InState(state);
        var before = Get(id);
        Assert.NotNull(Record.Exception(() => Sql($"UPDATE job SET {change} WHERE id = {id}")));
        Assert.Equal(before, Get(id));
    }

    [Theory]
    [InlineData("running")]
    [InlineData("upscaled")]
    [InlineData("delivered")]
    [InlineData("failed")]
    public void No_sql_makes_a_job_that_begins_in_the_middle(string state)
    {
        Store.Stats(); // the tables are there
        Assert.NotNull(Record.Exception(() => Sql(
            $"""
            INSERT INTO job (id, front_end, person, class, effective_class, state, name, quality, received_at, input_file, queued_at, ended_at, result_file, error, told_at, lease_owner, lease_until)
            SELECT 7, 'test', 'anna', 2, 2, '{state}', 'x', 95, 1, 'in', 1, {(state == "running" ? "NULL" : "1")}, 'out', 'why', {(state == "delivered" ? "1" : "NULL")},
                   {(state == "running" ? "'me', 1" : "NULL, NULL")}
            """)));
        Assert.Empty(Store.List(null, null, 10));
    }

    [Theory]
    [InlineData("received", true)]
    [InlineData("received and held", true)]
    [InlineData("queued", true)]
    [InlineData("running", true)]
    [InlineData("upscaled", false)]
    [InlineData("delivered", false)]
    [InlineData("failed", false)]
    [InlineData("cancelled", false)]
    [InlineData("expired", false)]
    public void Cancelling_ends_what_has_not_been_upscaled(string state, bool works)
    {
        var id = InState(state);
        var before = Get(id);
        Assert.Equal(works, Store.Cancel(id, tellSender: true));
        var after = Get(id);
        if (!works)
        {
            Assert.Equal(before, after);
            return;
        }
        Assert.Equal((JobState.Cancelled, null, Clock.Milliseconds), (after.State, after.LeaseOwner, after.EndedAt));
        Assert.False(Store.Renew(before.Claim, 0.5, true)); // its holder notices
        Assert.Equal(id, Store.ClaimDelivery(FrontEnd)?.Id); // its sender is told
        Assert.False(Store.Cancel(id, tellSender: true));
    }

    [Fact]
    public void Whoever_cancels_a_job_need_not_be_told()
    {
        var id = Submit();
        Assert.True(Store.Cancel(id, tellSender: false));
        Assert.Equal(Clock.Milliseconds, Get(id).ToldAt);
        Assert.Null(Store.ClaimDelivery(FrontEnd));
        Assert.False(Store.Cancel(12345, tellSender: false));
    }

    [Theory]
    [InlineData("failed", true)]
    [InlineData("cancelled", true)]
    [InlineData("expired", true)]
    [InlineData("received", false)]
    [InlineData("queued", false)]
    [InlineData("running", false)]
    [InlineData("upscaled", false)]
    [InlineData("delivered", false)]
    public void A_job_that_ended_without_a_result_can_be_queued_again(string state, bool works)
    {
        var id = InState(state);
        var before = Get(id);
        Clock.Move(TimeSpan.FromSeconds(5));
        Assert.Equal(works, Store.Retry(id));
        var after = Get(id);
        if (!works)
        {
            Assert.Equal(before, after);
            return;
        }
        Assert.Equal((JobState.Queued, 0, null, Clock.Milliseconds), (after.State, after.Failures, after.Error, after.QueuedAt));
        Assert.Equal((null, null, null), (after.EndedAt, after.ToldAt, after.StartedAt));
        Assert.Equal(id, Claimed().Id);
    }

    [Fact]
    public void A_job_whose_end_is_being_told_cannot_be_queued_again()
    {
        var id = InState("failed");
        Store.ClaimDelivery(FrontEnd);
        Assert.False(Store.Retry(id));
        Assert.False(Store.Retry(12345));
    }

    [Fact]
    public void A_job_that_never_had_its_picture_cannot_be_queued_again()
    {
        var id = Store.Receive(New());
        Store.Cancel(id, tellSender: false);
        Assert.False(Store.Retry(id));
    }

    [Fact]
    public void What_waits_too_long_expires_and_its_sender_is_told()
    {
        var (queued, received, held) = (Submit(), Store.Receive(New()), Store.Receive(New()));
        var holding = Store.ClaimReceived(FrontEnd)!;
        var running = InState("running");
        Clock.Move(Options.ExpireAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Store.Expire());
        Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, Store.Expire());
        Assert.Equal([JobState.Expired, JobState.Expired, JobState.Expired, JobState.Running], new[] { queued, received, held, running }.Select(id => Get(id).State));
        Assert.False(Store.Accept(holding.Claim, Picture(), new MemoryStream(Bytes(1))));
        Assert.Equal([queued, received, held], new[] { 1, 2, 3 }.Select(_ => Store.ClaimDelivery(FrontEnd)!.Id));
    }

    [Fact]
    public void Of_a_persons_jobs_those_that_have_not_ended_are_waiting()
    {
        for (var n = 0; n < 3; n++) Submit("anna");
        Submit("berta");
        Store.Receive(New("anna"));
        Assert.Equal(4, Store.Waiting("anna"));
        var running = Claimed();
        Assert.Equal(("anna", 4), (running.Person, Store.Waiting("anna")));
        Assert.True(Store.Finish(running.Claim, Result(Store, running.Claim)));
        Assert.Equal((3, 1, 0), (Store.Waiting("anna"), Store.Waiting("berta"), Store.Waiting("nobody")));
    }

    [Fact]
    public void Jobs_are_listed_newest_first_by_state_and_person()
    {
        var (anna, berta, running) = (Submit("anna"), Submit("berta"), InState("running"));
        var upscaled = Get(running).State;
        Assert.Equal(JobState.Running, upscaled);
        Assert.Equal(3, Store.List(null, null, 10).Count);
        Assert.Equal(Store.List(null, null, 10).Select(job => job.Id).OrderDescending(), Store.List(null, null, 10).Select(job => job.Id));
        Assert.Equal(2, Store.List(null, null, 2).Count);
        Assert.Equal([berta], Store.List(null, "berta", 10).Select(job => job.Id));
        Assert.Equal([running], Store.List(JobState.Running, null, 10).Select(job => job.Id));
        Assert.Empty(Store.List(JobState.Running, "berta", 10));
        Assert.Empty(Store.List(null, "an\0na", 10));
        Assert.Null(Store.Find(anna + 1000));
    }

    // What a state needs of a row, as SQL.
    private static string Fitting(string state) => state switch
    {
        "received" => "state = 'received', ended_at = NULL, told_at = NULL, lease_owner = NULL, lease_until = NULL",
        "queued" => "state = 'queued', input_file = 'in', queued_at = 1, ended_at = NULL, told_at = NULL, lease_owner = NULL, lease_until = NULL, is_active = FALSE",
        "running" => "state = 'running', input_file = 'in', queued_at = 1, ended_at = NULL, told_at = NULL, lease_owner = 'me', lease_until = 1",
        "upscaled" => "state = 'upscaled', result_file = 'out', ended_at = 1, told_at = NULL, lease_owner = NULL, lease_until = NULL, is_active = FALSE",
        "delivered" => "state = 'delivered', result_file = 'out', ended_at = 1, told_at = 1, lease_owner = NULL, lease_until = NULL, is_active = FALSE",
        _ => $"state = '{state}', error = 'why', ended_at = 1, told_at = NULL, lease_owner = NULL, lease_until = NULL, is_active = FALSE",
    };

    // A new job that has come into a state by the store's own members, while nothing else waits in its way.
    private long InState(string state)
    {
        var vip = New("zoe", JobClass.Admin); // goes before whatever the test has queued
        if (state.StartsWith("received", StringComparison.Ordinal))
        {
            var received = Store.Receive(vip);
            if (state.EndsWith("held", StringComparison.Ordinal)) Assert.Equal(received, Store.ClaimReceived(FrontEnd)!.Id);
            return received;
        }
        var id = Store.Submit(vip, Picture(), new MemoryStream(Bytes(1)));
        if (state == "queued") return id;
        if (state == "cancelled")
        {
            Assert.True(Store.Cancel(id, tellSender: true));
            return id;
        }
        if (state == "expired")
        {
            Clock.Move(Options.ExpireAfter);
            Store.Expire();
            return id;
        }
        var job = Store.ClaimBefore(JobClass.Vip, "", 0)!;
        Assert.Equal(id, job.Id);
        if (state == "running") return id;
        if (state == "failed")
        {
            Assert.Equal(FailureOutcome.Failed, Store.Fail(job.Claim, "why", isFinal: true));
            return id;
        }
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim)));
        if (state == "delivered") Assert.True(Store.Told(Store.ClaimDelivery(id)!.Claim));
        return id;
    }
}
