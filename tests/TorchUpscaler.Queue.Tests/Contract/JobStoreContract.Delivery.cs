namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Fact]
    public void Each_end_is_told_once_by_its_own_front_end_the_oldest_first()
    {
        var ends = new[] { "upscaled", "failed", "cancelled", "expired" }.Select(InState).ToList();
        Assert.Null(Store.ClaimDelivery("another"));
        var deliveries = ends.Select(_ => Store.ClaimDelivery(FrontEnd)!).ToList();
        Assert.Equal(ends, deliveries.Select(job => job.Id));
        Assert.Null(Store.ClaimDelivery(FrontEnd));
        Assert.All(deliveries, job => Assert.True(Store.Told(job.Claim)));
        Assert.All(deliveries, job => Assert.False(Store.Told(job.Claim)));
        Assert.Equal([JobState.Delivered, JobState.Failed, JobState.Cancelled, JobState.Expired], ends.Select(id => Get(id).State));
        Assert.Null(Store.ClaimDelivery(FrontEnd));
        Assert.Null(Store.ClaimDelivery(ends[0]));
    }

    [Fact]
    public void A_delivery_that_does_not_work_now_is_tried_again_later_and_counted()
    {
        var id = Upscaled();
        for (var n = 1; n <= 5; n++)
        {
            var delivery = Store.ClaimDelivery(FrontEnd)!;
            Assert.Equal((id, n), (delivery.Id, delivery.Deliveries));
            Assert.True(Store.HandBack(delivery.Claim, TimeSpan.FromMinutes(1)));
            Assert.Equal((JobState.Upscaled, 1.0, 0), (Get(id).State, Get(id).Progress, Get(id).Failures));
            Assert.Null(Store.ClaimDelivery(FrontEnd));
            Assert.Null(Store.ClaimDelivery(id));
            Clock.Move(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public void A_delivery_whose_holder_died_is_begun_again_and_is_no_failure()
    {
        var id = Upscaled();
        var delivery = Store.ClaimDelivery(FrontEnd)!;
        Assert.True(Store.Renew(delivery.Claim, 1, isActive: true)); // it says so, but it is not what crashes are counted for
        Assert.Equal(1, WaitForRescue(Options.Lease * 3));
        Assert.Equal((JobState.Upscaled, 0, 1.0), (Get(id).State, Get(id).Failures, Get(id).Progress));
        Assert.Equal(2, Store.ClaimDelivery(id)!.Deliveries);
        Assert.False(Store.Told(delivery.Claim));
    }

    [Fact]
    public void One_job_can_be_asked_for()
    {
        var (first, second) = (Upscaled("anna"), Upscaled("berta"));
        Assert.Equal(second, Store.ClaimDelivery(second)!.Id);
        Assert.Null(Store.ClaimDelivery(second));
        Assert.Equal(first, Store.ClaimDelivery(FrontEnd)!.Id);
        Assert.Null(Store.ClaimDelivery(Submit()));
    }

    [Fact]
    public void Eight_threads_deliver_each_result_once()
    {
        const int results = 20;
        for (var n = 0; n < results; n++) InState("failed");
        var (holders, told) = (new[] { Store, Open() }, new System.Collections.Concurrent.ConcurrentBag<long>());
        InParallel(8, n =>
        {
            while (holders[n % 2].ClaimDelivery(FrontEnd) is { } job)
                if (holders[n % 2].Told(job.Claim)) told.Add(job.Id);
        });
        Assert.Equal(results, told.Count);
        Assert.Equal(results, told.Distinct().Count());
    }
}
