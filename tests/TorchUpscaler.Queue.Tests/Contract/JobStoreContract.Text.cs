using System.Text.RegularExpressions;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests;

public abstract partial class JobStoreContract
{
    public static TheoryData<string> HostileTexts =>
    [
        "", " ", "'; DROP TABLE job; --", "\"quoted\" 'twice' `x` $1 @id :id ? {0} %s \\ \\0 \\u0000", "line\nbreak\ttab\r\u001b[31m\u0007\u007f\u0085",
        "🚀 für Ænne — 写真 ‮evil‬ e\u0301", "../../etc/passwd", "NULL", "\uFEFFbom\uFFFE\uFFFF", "-- name: claim",
    ];

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public void Any_text_comes_back_as_it_is(string text)
    {
        var id = Store.Submit(new NewJob("front " + text, text, text) { Payload = text, Model = text }, Picture() with { Work = text }, new MemoryStream(Bytes(1)));
        var job = Get(id);
        Assert.Equal(("front " + text, text, text, text, text, text), (job.FrontEnd, job.Person, job.Name, job.Payload, job.Model, job.Work));
        Assert.Equal(id, Assert.Single(Store.List(null, text, 10)).Id);
        Store.SetWeight(text, 2);
        job = Claimed();
        Assert.Equal(FailureOutcome.Failed, Store.Fail(job.Claim, text, isFinal: true));
        Assert.Equal(text, Store.ClaimDelivery("front " + text)!.Error);
    }

    [Theory]
    [InlineData("with\\u0000NUL")]
    [InlineData("half \\ud83d")]
    [InlineData("\\udc00\\ud800")]
    public void What_no_database_takes_is_refused_in_words(string escaped)
    {
        var text = Regex.Unescape(escaped); // as an attribute it would be mended
        foreach (var job in (NewJob[])[New() with { Name = text }, New() with { Person = text }, New() with { FrontEnd = text }, New() with { Payload = text }, New() with { Model = text }])
        {
            Assert.Contains("NUL or half a character", Assert.Throws<InputException>(() => Store.Receive(job)).Message, StringComparison.Ordinal);
            Assert.Throws<InputException>(() => Store.Submit(job, Picture(), new MemoryStream(Bytes(1))));
        }
        Assert.Throws<InputException>(() => Store.SetWeight(text, 2));
        Assert.Empty(Store.List(null, null, 10));
        Assert.Null(Store.ClaimReceived(text));
        Assert.Null(Store.ClaimDelivery(text));

        // What the program says itself is made to fit: a failure must not fail.
        var id = Submit();
        Assert.Null(Store.ClaimBefore(JobClass.Normal, text, 0));
        Assert.Equal(FailureOutcome.Failed, Store.Fail(Claimed().Claim, text, isFinal: true));
        Assert.Contains('?', Get(id).Error!);
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused_in_words()
    {
        foreach (var (job, part) in ((NewJob, string)[])
        [
            (New() with { Quality = 0 }, "quality"), (New() with { Quality = 101 }, "quality"), (New() with { Scale = 0 }, "scale"), (New() with { Scale = 65 }, "scale"),
            (New() with { Class = (JobClass)4 }, "class"), (New() with { Format = (PictureFormat)77 }, "format"), (New() with { Person = new string('x', 201) }, "person"),
            (New() with { FrontEnd = new string('x', 201) }, "front end"), (New() with { Model = new string('x', 601) }, "model"),
        ])
            Assert.Contains(part, Assert.Throws<InputException>(() => Store.Receive(job)).Message, StringComparison.Ordinal);
        foreach (var picture in (CheckedPicture[])[Picture() with { Width = 0 }, Picture() with { Height = -1 }, Picture() with { Extension = "/../../x" }, Picture() with { Extension = ".\0" }])
            Assert.Throws<PictureException>(() => Store.Submit(New(), picture, new MemoryStream(Bytes(1))));
        Assert.Empty(Store.List(null, null, 10));
    }

    [Fact]
    public void Long_texts_are_kept_whole()
    {
        var payload = string.Concat(Enumerable.Repeat("写真🚀", 100_000)); // more than a megabyte
        var (person, model) = (string.Concat(Enumerable.Repeat("🚀", 100)), string.Concat(Enumerable.Repeat("写", 600)));
        var id = Store.Submit(New(person) with { Payload = payload, Name = new string('n', 10_000), Model = model }, Picture() with { Work = model }, new MemoryStream(Bytes(1)));
        Assert.Equal((payload, person, 10_000, model), (Get(id).Payload, Get(id).Person, Get(id).Name.Length, Get(id).Model));
        var job = Claimed();
        Assert.True(Store.Finish(job.Claim, Result(Store, job.Claim, seconds: 2) with { Model = model, Note = payload }));
        Assert.Equal(payload, Get(id).Note);
    }
}
