using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Tests.Client;

/// <summary>File names and texts.</summary>
public class TextTests
{
    [Theory]
    [InlineData("cat.png", "cat.png")]
    [InlineData("мой кот (1).JPG", "мой кот (1).JPG")]
    [InlineData("猫🐈.png", "猫🐈.png")]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData("..\\..\\boot.ini", "boot.ini")]
    [InlineData("../../..", "file")]
    [InlineData("a/", "file")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData("a\r\nContent-Type: x.png", "aContent-Type x.png")]
    [InlineData("a\"; filename=\"b.png", "a; filename=b.png")]
    [InlineData("gnp.\u202Etac.exe", "gnp.tac.exe")]
    [InlineData("a\u0000b\u001b[31m.png", "ab[31m.png")]
    [InlineData("\ud800.png", "png")]
    [InlineData("   ", "file")]
    [InlineData("", "file")]
    [InlineData(null, "file")]
    public void A_file_name_is_made_harmless(string? name, string clean)
    {
        Assert.Equal(clean, FileNames.Clean(name));
        Assert.Equal(clean, FileNames.Clean(clean));
    }

    [Fact]
    public void A_long_file_name_is_cut_between_characters_and_keeps_its_extension()
    {
        var clean = FileNames.Clean(string.Concat(Enumerable.Repeat("🐈", 80)) + ".jpeg");
        Assert.EndsWith("🐈.jpeg", clean, StringComparison.Ordinal);
        Assert.InRange(clean.Length, FileNames.MaximumLength - 1, FileNames.MaximumLength);
        Assert.Equal(FileNames.MaximumLength, FileNames.Clean("a." + new string('b', 500)).Length);
    }

    [Fact]
    public void Parts_of_a_text_are_where_they_were_put()
    {
        var text = "🐈 " + FormattedText.Bold("<b>") + ", " + FormattedText.Code("a.png") + FormattedText.Empty + FormattedText.Bold("") + FormattedText.Italic("!");
        Assert.Equal("🐈 <b>, a.png!", text.Text);
        Assert.Equal([("bold", "<b>"), ("code", "a.png"), ("italic", "!")], text.Entities.Select(entity => (entity.Type, entity.In(text.Text))));
        Assert.Equal(text, FormattedText.Add(FormattedText.Plain(""), text));
        Assert.NotEqual(text, FormattedText.Plain(text.Text));
    }
}
