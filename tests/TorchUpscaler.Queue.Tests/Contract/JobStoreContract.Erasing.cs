namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Fact]
    public void A_person_who_is_erased_leaves_no_row_and_no_picture_and_nobody_else_loses_any()
    {
        List<long> jobs = [InState("expired")];
        var others = Submit("berta");
        string[] states = ["failed", "upscaled", "delivered", "cancelled", "running", "received", "queued"]; // what waits comes last
        jobs.AddRange(states.Select(InState));
        Assert.Equal(States.Length, jobs.Count);
        Assert.True(PicturesKept().Length > states.Length);

        Assert.Equal(jobs.Count, Store.Erase("zoe"));
        Assert.Empty(Store.List(null, "zoe", 100));
        Assert.All(jobs, id => Assert.Null(Store.Find(id)));
        Assert.Equal([Get(others).InputFile!], PicturesKept());
        Assert.Null(Store.ClaimDelivery(FrontEnd));
        Assert.Null(Store.ClaimReceived(FrontEnd));
        Assert.Equal([others], ClaimAll());
        Assert.Equal(0, Store.Erase("zoe"));
        Assert.Equal(0, Store.Erase("nobody\0"));
    }

    [Fact]
    public void Whoever_works_on_what_is_erased_has_lost_the_claim_and_leaves_nothing_behind()
    {
        Upscaled();
        var delivering = Store.ClaimDelivery(FrontEnd)!;
        Submit();
        var running = Claimed();
        Store.Receive(New());
        var fetching = Store.ClaimReceived(FrontEnd)!;
        Assert.Equal(3, Store.Erase("anna"));

        Assert.False(Store.Renew(running.Claim, 0.5, isActive: true));
        Assert.False(Store.Finish(running.Claim, Result(Store, running.Claim)));
        Assert.Equal(FailureOutcome.ClaimLost, Store.Fail(running.Claim, "why", isFinal: true));
        Assert.False(Store.Accept(fetching.Claim, Picture(), new MemoryStream(Bytes(1))));
        Assert.False(Store.Told(delivering.Claim));
        Assert.False(Store.HandBack(fetching.Claim, TimeSpan.Zero));
        Assert.Empty(PicturesKept());
        Assert.Equal(0, Store.RescueDead());
    }

    [Fact]
    public void What_waited_when_it_was_erased_is_not_held_against_its_person_and_what_was_served_is()
    {
        Submit("berta", cost: 1);
        Assert.Equal("berta", Claimed().Person); // the class is busy: nobody starts level
        Submit("anna", cost: 50);
        Store.Erase("anna");
        var anna = Submit("anna", cost: 2);
        var carla = Submit("carla", cost: 2);
        Assert.Equal([anna, carla], ClaimAll());

        Store.Erase("anna"); // served: two seconds
        var again = Submit("anna");
        var dora = Submit("dora");
        Assert.Equal([dora, again], ClaimAll());
    }

    [Fact]
    public void What_has_happened_lately_is_counted()
    {
        Upscaled("anna");
        Store.Cancel(Submit("berta"), tellSender: false);
        Clock.Move(TimeSpan.FromHours(2));
        Store.Cancel(Submit("carla", JobClass.Vip), tellSender: false);
        var delivered = Upscaled("carla");
        Assert.True(Store.Told(Store.ClaimDelivery(delivered)!.Claim));
        Submit("dora");

        var lately = Store.Activity(TimeSpan.FromHours(1));
        Assert.Equal((2, 1, 1, 0), (lately.People, lately.Of(JobState.Cancelled), lately.Of(JobState.Delivered), lately.Of(JobState.Upscaled)));
        var earlier = Store.Activity(TimeSpan.FromHours(3));
        Assert.Equal((4, 2, 1, 1), (earlier.People, earlier.Of(JobState.Cancelled), earlier.Of(JobState.Delivered), earlier.Of(JobState.Upscaled)));
    }
}
