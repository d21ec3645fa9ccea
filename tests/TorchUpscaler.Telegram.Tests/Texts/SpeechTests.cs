using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Tests.Texts;

/// <summary>How values come into texts, and how things are counted and measured.</summary>
public sealed class SpeechTests
{
    private static readonly Speech s_english = Speech.In(Language.English), s_russian = Speech.In(Language.Russian);

    [Theory]
    [InlineData(0, "0 секунд", "0 seconds")]
    [InlineData(1, "1 секунду", "1 second")]
    [InlineData(2, "2 секунды", "2 seconds")]
    [InlineData(4, "4 секунды", "4 seconds")]
    [InlineData(5, "5 секунд", "5 seconds")]
    [InlineData(11, "11 секунд", "11 seconds")]
    [InlineData(12, "12 секунд", "12 seconds")]
    [InlineData(14, "14 секунд", "14 seconds")]
    [InlineData(21, "21 секунду", "21 seconds")]
    [InlineData(22, "22 секунды", "22 seconds")]
    [InlineData(25, "25 секунд", "25 seconds")]
    [InlineData(101, "101 секунду", "101 seconds")]
    [InlineData(111, "111 секунд", "111 seconds")]
    [InlineData(112, "112 секунд", "112 seconds")]
    [InlineData(1002, "1002 секунды", "1002 seconds")]
    public void Words_take_the_form_of_their_number(int count, string russian, string english)
    {
        Assert.Equal(russian, s_russian.Plain(TextKey.Seconds, ("count", count)));
        Assert.Equal(english, s_english.Plain(TextKey.Seconds, ("count", count)));
    }

    [Theory]
    [InlineData("ru", Language.Russian)]
    [InlineData("RU", Language.Russian)]
    [InlineData("ru-RU", Language.Russian)]
    [InlineData("be", Language.Russian)]
    [InlineData("en", Language.English)]
    [InlineData("en-GB", Language.English)]
    [InlineData("rumantsch", Language.English)]
    [InlineData("de", Language.English)]
    [InlineData("", Language.English)]
    [InlineData(null, Language.English)]
    public void The_language_is_that_of_the_persons_Telegram_or_English(string? code, Language language) => Assert.Equal(language, Languages.Of(code));

    [Fact]
    public void What_comes_from_outside_is_shown_as_it_is_and_marks_nothing()
    {
        const string name = "*{count|a|b}*`[x](http://e.org)`<b>";
        var said = s_english.Say(TextKey.FailedNamed, ("name", name));
        Assert.Equal($"⚠️ {name}", said.Text);
        Assert.Equal([(3, name.Length, "bold")], said.Entities.Select(entity => (entity.Offset, entity.Length, entity.Type)));
        Assert.Equal("7", s_english.Say(TextKey.NotAllowed, ("id", 7)).Entities.Single(entity => entity.Type == "code").In(s_english.Say(TextKey.NotAllowed, ("id", 7)).Text));
    }

    [Fact]
    public void A_value_can_have_parts_of_its_own()
    {
        var said = s_english.Say(TextKey.QueueFetching, ("number", 1), ("name", FormattedText.Code("a.png")), ("scale", 4));
        Assert.Equal(("1. a.png, ×4: being fetched", "code", "a.png"), (said.Text, said.Entities.Single().Type, said.Entities.Single().In(said.Text)));
    }

    [Fact]
    public void A_value_too_many_or_too_few_is_an_error_that_names_the_text()
    {
        Assert.Contains("Seconds", Assert.Throws<ArgumentException>(() => s_english.Say(TextKey.Seconds)).Message, StringComparison.Ordinal);
        Assert.Contains("Queue", Assert.Throws<ArgumentException>(() => s_english.Say(TextKey.Queue, ("count", 1))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => s_english.Say(TextKey.Seconds, ("count", "five")));
    }

    [Theory]
    [InlineData(0.2, "1 second")]
    [InlineData(59.2, "1 minute")]
    [InlineData(130, "2 minutes 10 seconds")]
    [InlineData(605, "10 minutes")]
    [InlineData(7800, "2 hours 10 minutes")]
    [InlineData(50_000, "13 hours")]
    [InlineData(200_000, "2 days")]
    [InlineData(double.NaN, "0 seconds")]
    public void A_time_is_told_by_the_parts_that_matter(double seconds, string text) => Assert.Equal(text, s_english.Time(seconds));

    [Theory]
    [InlineData(0, "5 секунд")]
    [InlineData(18, "20 секунд")]
    [InlineData(50, "50 секунд")]
    [InlineData(51, "1 минуту")]
    [InlineData(61, "2 минуты")]
    [InlineData(660, "15 минут")]
    [InlineData(3001, "1 час")]
    [InlineData(3601, "1 час 10 минут")]
    [InlineData(90_000, "25 часов")]
    [InlineData(400_000, "5 дней")]
    [InlineData(double.PositiveInfinity, "11575 дней")]
    public void An_estimate_is_rounded_up_to_what_can_be_promised(double seconds, string text) => Assert.Equal(text, s_russian.About(seconds));

    [Theory]
    [InlineData(0, "1 KB", "1 КБ")]
    [InlineData(50_000, "49 KB", "49 КБ")]
    [InlineData(3_565_158, "3.4 MB", "3,4 МБ")]
    [InlineData(20 << 20, "20 MB", "20 МБ")]
    [InlineData((50 << 20) + 1, "50.1 MB", "50,1 МБ")]
    [InlineData(52_848_230, "50.4 MB", "50,4 МБ")]
    [InlineData(2_097_152_001, "2001 MB", "2001 МБ")]
    public void A_size_is_told_with_the_languages_own_point(long bytes, string english, string russian) =>
        Assert.Equal((english, russian), (s_english.Size(bytes), s_russian.Size(bytes)));

    [Theory]
    [InlineData(7, "7 days")]
    [InlineData(1, "1 day")]
    [InlineData(0.5, "12 hours")]
    public void A_period_that_was_set_is_told_as_it_was_set(double days, string text) => Assert.Equal(text, s_english.Period(TimeSpan.FromDays(days)));

    [Theory]
    [InlineData(0, "░░░░░░░░░░", 0)]
    [InlineData(0.42, "▓▓▓▓░░░░░░", 42)]
    [InlineData(0.999, "▓▓▓▓▓▓▓▓▓░", 99)]
    [InlineData(1, "▓▓▓▓▓▓▓▓▓▓", 100)]
    [InlineData(7, "▓▓▓▓▓▓▓▓▓▓", 100)]
    [InlineData(-1, "░░░░░░░░░░", 0)]
    [InlineData(double.NaN, "░░░░░░░░░░", 0)]
    public void A_bar_is_full_only_at_the_end(double share, string bar, int percent) => Assert.Equal((bar, percent), (Measures.Bar(share), Measures.Percent(share)));

    [Fact]
    public void A_long_name_keeps_its_beginning_and_its_end()
    {
        Assert.Equal("cat.jpg", Measures.Name("/etc/cat.jpg"));
        var name = Measures.Name(new string('а', 90) + "-2024.jpeg");
        Assert.Equal((40, true), (name.Length, name.EndsWith("-2024.jpeg", StringComparison.Ordinal)));
        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(Measures.Name(string.Concat(Enumerable.Repeat("😀", 45)) + ".png"))));
    }
}
