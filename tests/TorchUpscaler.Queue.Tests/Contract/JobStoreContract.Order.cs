using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    [Fact]
    public void A_more_urgent_class_always_goes_first()
    {
        var bulk = Submit("anna", JobClass.Bulk);
        var normal = Submit("berta");
        var vip = Submit("carla", JobClass.Vip, cost: 9);
        var admin = Submit("anna", JobClass.Admin, cost: 9);
        Assert.Equal([admin, vip, normal, bulk], ClaimAll());
    }

    [Fact]
    public void Whoever_brings_many_pictures_shares_with_whoever_brings_one()
    {
        var many = Enumerable.Range(0, 4).Select(_ => Submit("anna")).ToList();
        var one = Submit("berta");
        Assert.Equal([many[0], one, many[1], many[2], many[3]], ClaimAll());
    }

    [Fact]
    public void Shares_are_of_work_not_of_pictures()
    {
        var large = Enumerable.Range(0, 2).Select(_ => Submit("anna", cost: 3)).ToList();
        var small = Enumerable.Range(0, 5).Select(_ => Submit("berta")).ToList();
        // Start tags: anna 0 and 3, berta 0 to 4; equal ones in the order in which they came.
        Assert.Equal([large[0], small[0], small[1], small[2], large[1], small[3], small[4]], ClaimAll());
    }

    [Fact]
    public void A_person_of_weight_2_gets_twice_the_share()
    {
        Store.SetWeight("berta", 4);
        Store.SetWeight("berta", 2);
        var (anna, berta) = (Enumerable.Range(0, 3).Select(_ => Submit("anna")).ToList(), Enumerable.Range(0, 6).Select(_ => Submit("berta")).ToList());
        Assert.Equal([anna[0], berta[0], berta[1], anna[1], berta[2], berta[3], anna[2], berta[4], berta[5]], ClaimAll());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_is_above_0(double weight) => Assert.Throws<InputException>(() => Store.SetWeight("anna", weight));

    [Fact]
    public void Whoever_comes_later_is_not_owed_what_was_not_asked_for()
    {
        var anna = Enumerable.Range(0, 5).Select(_ => Submit("anna")).ToList();
        for (var n = 0; n < 3; n++) Claimed(); // the class's clock is at 2
        var late = Enumerable.Range(0, 3).Select(_ => Submit("berta")).ToList();
        Assert.Equal([2.0, 3.0, 4.0], late.Select(id => Get(id).Tag));
        Assert.Equal([late[0], anna[3], late[1], anna[4], late[2]], ClaimAll());
    }

    [Fact]
    public void In_a_class_with_nothing_to_do_everybody_starts_level()
    {
        for (var n = 0; n < 5; n++) Upscaled("anna"); // anna's finish tag is ahead of the clock
        var (anna, berta) = (Submit("anna"), Submit("berta"));
        Assert.Equal(Get(anna).Tag, Get(berta).Tag);
        Assert.Equal([anna, berta], ClaimAll());
    }

    [Fact]
    public void What_is_cancelled_or_expires_unserved_is_not_held_against_its_person()
    {
        var first = Submit("anna", cost: 5);
        var (cancelled, served) = (Submit("anna", cost: 100), Submit("zoe"));
        Assert.True(Store.Cancel(cancelled, tellSender: false));
        Assert.Equal(5, Get(Submit("anna")).Tag);
        Assert.Equal(first, Claimed().Id); // what was begun stays charged
        Assert.True(Store.Cancel(first, tellSender: false));
        Assert.Equal(6, Get(Submit("anna")).Tag);
        Assert.Equal(served, Claimed().Id);

        Clock.Move(Options.ExpireAfter);
        Assert.Equal(2, Store.Expire());
        Submit("zoe"); // so that the class is not idle
        Assert.Equal(5, Get(Submit("anna")).Tag);
    }

    [Fact]
    public void Whoever_waits_long_counts_one_class_higher_by_that_class_clock()
    {
        for (var n = 0; n < 3; n++) Submit("zoe", JobClass.Vip, cost: 10);
        Assert.Equal(10, Get(Claimed().Id + 1).Tag);
        Claimed(); // the VIPs' clock is at 10
        var (bulk, normal) = (Submit("anna", JobClass.Bulk), Submit("anna"));
        Clock.Move(Options.AgeAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Store.Age());
        Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, Store.Age());
        Assert.Equal((JobClass.Normal, JobClass.Vip), (Get(bulk).EffectiveClass, Get(normal).EffectiveClass));
        Assert.Equal((JobClass.Bulk, JobClass.Normal, 10.0), (Get(bulk).Class, Get(normal).Class, Get(normal).Tag));
        Clock.Move(Options.AgeAfter);
        Assert.Equal(0, Store.Age()); // one step only
        var fresh = Submit("berta");
        Assert.Equal([normal, fresh, bulk], ClaimAll().Where(id => Get(id).Class != JobClass.Vip)); // anna's second, and berta's first
    }

    [Fact]
    public void What_has_aged_is_charged_in_its_new_class_only()
    {
        var aged = Submit("anna", cost: 50);
        Clock.Move(Options.AgeAfter);
        Assert.Equal(1, Store.Age());
        Submit("zoe"); // so that the class is not idle
        Assert.Equal(0, Get(Submit("anna")).Tag);
        Submit("zoe", JobClass.Vip);
        Assert.Equal(50, Get(Submit("anna", JobClass.Vip)).Tag);
        Assert.Equal(aged, Claimed().Id);
    }

    [Fact]
    public void Nothing_ages_to_admin_and_two_that_age_at_once_do_it_once()
    {
        var vip = Submit("anna", JobClass.Vip);
        var others = Enumerable.Range(0, 40).Select(n => Submit($"person {n % 5}", n % 2 == 0 ? JobClass.Bulk : JobClass.Normal)).ToList();
        Clock.Move(Options.AgeAfter * 2);
        var agers = new[] { Store, Open() };
        var aged = 0;
        InParallel(4, n => Interlocked.Add(ref aged, agers[n % 2].Age()));
        Assert.Equal(40, aged);
        Assert.Equal(JobClass.Vip, Get(vip).EffectiveClass);
        Assert.All(others, id => Assert.Equal(Get(id).Class - 1, Get(id).EffectiveClass));
        // Each person's tags lie a second apart: none was given twice.
        foreach (var tags in others.Select(Get).Where(job => job.EffectiveClass == JobClass.Vip).GroupBy(job => job.Person).Select(jobs => jobs.Select(job => job.Tag).Order().ToList()))
            Assert.All(tags.Zip(tags.Skip(1)), pair => Assert.Equal(pair.First + 1, pair.Second));
    }

    [Fact]
    public void A_retried_job_counts_in_its_own_class_again()
    {
        var id = Submit("anna", JobClass.Bulk);
        Clock.Move(Options.AgeAfter);
        Store.Age();
        Store.Cancel(id, tellSender: false);
        Assert.True(Store.Retry(id));
        Assert.Equal(JobClass.Bulk, Get(id).EffectiveClass);
    }

    [Fact]
    public void Before_a_run_goes_a_more_urgent_class_else_another_persons_small_job()
    {
        var run = Submit("anna", cost: 100);
        Assert.Equal(run, Claimed().Id);
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 25));

        var own = Submit("anna", cost: 1);
        var large = Submit("berta", cost: 25);
        var bulk = Submit("carla", JobClass.Bulk);
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 25)); // own, too large, less urgent

        var small = Submit("carla", cost: 24);
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 0));
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 24));
        var vip = Submit("anna", JobClass.Vip, cost: 1000);
        Assert.Equal(vip, Store.ClaimBefore(JobClass.Normal, "anna", 25)!.Id); // the class first, its own person too
        Assert.Equal(small, Store.ClaimBefore(JobClass.Normal, "anna", 25)!.Id);
        Assert.Equal((JobState.Running, Store.Owner, true), (Get(small).State, Get(small).LeaseOwner, Get(small).IsActive));
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 25));
        Assert.Null(Store.ClaimBefore(JobClass.Admin, "anna", 0));
        Assert.Equal(new[] { own, large, bulk }.Order(), ClaimAll().Order());
    }

    [Fact]
    public void What_rests_does_not_go_before()
    {
        Submit("anna", cost: 100);
        Claimed();
        Submit("berta");
        Assert.True(Store.HandBack(Store.ClaimBefore(JobClass.Normal, "anna", 25)!.Claim, TimeSpan.FromSeconds(9)));
        Assert.Null(Store.ClaimBefore(JobClass.Normal, "anna", 25));
        Assert.Null(Store.ClaimBefore(JobClass.Bulk, "anna", 0));
        Clock.Move(TimeSpan.FromSeconds(9));
        Assert.NotNull(Store.ClaimBefore(JobClass.Normal, "anna", 25));
    }

    [Fact]
    public void A_place_counts_who_goes_before_and_the_time_until_the_end()
    {
        var running = Submit("anna", cost: 10);
        Assert.True(Store.Renew(Claimed().Claim, 0.4, isActive: true));
        var (second, third) = (Submit("berta", cost: 3), Submit("carla", cost: 2));
        Assert.Equal(new QueuePlace(1, null), Store.Place(second)); // nobody is there to begin
        Store.Hello("one");
        Assert.Equal(new QueuePlace(1, 9), Store.Place(second)); // 6 that are left and its own 3
        Assert.Equal(new QueuePlace(2, 11), Store.Place(third));
        Assert.Null(Store.Place(running));
        Assert.Null(Store.Place(12345));

        // Two workers share what goes before; nobody shares the job itself.
        Open().Hello("two");
        Assert.Equal(new QueuePlace(2, 6.5), Store.Place(third));
    }

    [Fact]
    public void Estimates_follow_measured_speed()
    {
        var job = Submit("anna", cost: 2) > 0 ? Claimed() : null!;
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, seconds: 20))); // ten a megapixel
        Assert.Equal(10, Get(Submit("anna", cost: 1)).Cost);
        job = Claimed();
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, seconds: 20))); // twice as slow: a part of it counts
        var next = Submit("anna", cost: 1);
        Assert.Equal(13, Get(next).Cost, 9);
        Store.Hello("one");
        Assert.Equal(13, Store.Place(next)!.SecondsLeft!.Value, 9);

        job = Claimed();
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, seconds: double.PositiveInfinity)));
        Assert.Equal(13, Get(Submit("anna", cost: 1)).Cost, 9);
    }

    [Fact]
    public void A_picture_with_alpha_is_work_of_its_own_kind_and_twice_as_much_until_it_has_been_measured()
    {
        long SubmitAlpha() => Store.Submit(New("anna", JobClass.Normal), Picture(1) with { Work = "x4plus+alpha" }, new MemoryStream(Bytes(1)));
        void Finish(double seconds)
        {
            var job = Claimed();
            Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, seconds: seconds)));
        }

        var plain = Get(Submit("anna", cost: 1)).Cost;
        Finish(10);
        var clear = Get(SubmitAlpha()).Cost;
        Assert.Equal(20, clear, 9);
        Assert.NotEqual(10, plain); // nothing was measured then
        Finish(30);

        Assert.Equal(30, Get(SubmitAlpha()).Cost, 9);
        Assert.Equal(10, Get(Submit("ben", cost: 1)).Cost, 9);
    }

    [Fact]
    public void Statistics_count_jobs_and_workers()
    {
        Assert.Empty(Store.Stats().Jobs);
        Upscaled("zoe");
        Submit("anna", cost: 2);
        Clock.Move(TimeSpan.FromSeconds(3));
        Submit("anna", JobClass.Bulk, cost: 5);
        Store.Hello("machine with\0 a NUL");
        using var gone = Open();
        gone.Hello("another");
        var stats = Store.Stats();
        Assert.Equal(
            [(JobState.Queued, JobClass.Bulk, 1L), (JobState.Queued, JobClass.Normal, 1L), (JobState.Upscaled, JobClass.Normal, 1L)],
            stats.Jobs.Select(each => (each.State, each.Class, each.Count)).OrderBy(each => each.State).ThenByDescending(each => each.Class));
        Assert.Equal((7.0, 3.0), (stats.SecondsQueued, stats.OldestWait));
        Assert.Equal(["another", "machine with? a NUL"], stats.Workers.Select(each => each.About).Order(StringComparer.Ordinal));

        gone.Dispose();
        Assert.Equal([Store.Owner], Store.Stats().Workers.Select(each => each.Owner));
        Clock.Move(Options.Lease);
        Assert.Empty(Store.Stats().Workers);
        Assert.Equal(Options.Lease.TotalSeconds + 3, Store.Stats().OldestWait);
    }
}
