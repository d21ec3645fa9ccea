using System.Globalization;
using System.Text;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Talk;

/// <summary>What a button asks for.</summary>
public enum ButtonKind
{
    /// <summary>To cancel a job: its number.</summary>
    Cancel,

    /// <summary>To cancel an album's jobs: its status message's key.</summary>
    CancelAlbum,

    /// <summary>To cancel a job of the list that the button is below: its number.</summary>
    CancelListed,

    /// <summary>To cancel all the person's jobs.</summary>
    CancelAll,

    /// <summary>To do a job's picture again with another scale: its number, and the scale.</summary>
    TryScale,

    /// <summary>To choose a setting: its name, and the value.</summary>
    Choose,

    /// <summary>To show a page of the settings: its name.</summary>
    Page,

    /// <summary>To erase what the bot knows of the person, or not: <c>yes</c> or <c>no</c>.</summary>
    Delete,

    /// <summary>To send a text to everyone, or not: <c>yes</c> or <c>no</c>.</summary>
    Broadcast,
}

/// <summary>
/// What buttons carry. It comes back from clients that may send anything, so it names things and proves nothing: who may do what is
/// looked up when a button is pressed.
/// </summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="First">Its first argument, or empty.</param>
/// <param name="Second">Its second argument, or empty.</param>
public sealed record ButtonData(ButtonKind Kind, string First = "", string Second = "")
{
    /// <summary>Bytes that Telegram takes.</summary>
    public const int MostBytes = 64;

    /// <summary>The answers to a question.</summary>
    internal const string Yes = "yes", No = "no";

    private const char Divider = ':';

    private static readonly (ButtonKind Kind, string Code, int Arguments)[] s_kinds =
    [
        (ButtonKind.Cancel, "c", 1), (ButtonKind.CancelAlbum, "ca", 1), (ButtonKind.CancelListed, "cl", 1), (ButtonKind.CancelAll, "cc", 0), (ButtonKind.TryScale, "x", 2),
        (ButtonKind.Choose, "s", 2), (ButtonKind.Page, "p", 1), (ButtonKind.Delete, "d", 1), (ButtonKind.Broadcast, "b", 1),
    ];

    /// <summary>Reads what came back; null where it is nothing of this program's.</summary>
    public static ButtonData? Parse(string? data)
    {
        if (data is null || data.Length > MostBytes || data.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter))) return null;
        // What comes last may have dividers in it: a model's name.
        var parts = data.Split(Divider, 3);
        var found = Array.Find(s_kinds, kind => kind.Code == parts[0] && kind.Arguments == parts.Length - 1);
        if (found.Code is null || parts.Skip(1).Any(part => part.Length == 0)) return null;
        return new ButtonData(found.Kind, parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "");
    }

    /// <summary>The number in the first argument, or null.</summary>
    public long? Number => long.TryParse(First, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The scale in the second argument, or null.</summary>
    public int? Scale => int.TryParse(Second, NumberStyles.None, CultureInfo.InvariantCulture, out var scale) && Wishes.Scales.Contains(scale) ? scale : null;

    /// <summary>Whether Telegram takes it.</summary>
    public bool Fits => Encoding.UTF8.GetByteCount(ToString()) <= MostBytes;

    /// <inheritdoc/>
    public override string ToString()
    {
        var (_, code, arguments) = Array.Find(s_kinds, kind => kind.Kind == Kind);
        return string.Join(Divider, new[] { code, First, Second }.Take(arguments + 1));
    }
}

/// <summary>The buttons that a photo's life shows.</summary>
public static class Buttons
{
    /// <summary>Cancels a job.</summary>
    public static InlineButton Cancel(string text, long job) => Of(text, new ButtonData(ButtonKind.Cancel, Number(job)));

    /// <summary>Cancels an album's jobs.</summary>
    public static InlineButton CancelAlbum(string text, string status) => Of(text, new ButtonData(ButtonKind.CancelAlbum, status));

    /// <summary>Does a job's picture again with another scale.</summary>
    public static InlineButton TryScale(string text, long job, int scale) => Of(text, new ButtonData(ButtonKind.TryScale, Number(job), Number(scale)));

    /// <summary>Cancels a job of a list.</summary>
    internal static InlineButton CancelListed(string text, long job) => Of(text, new ButtonData(ButtonKind.CancelListed, Number(job)));

    /// <summary>A button that carries this.</summary>
    internal static InlineButton Of(string text, ButtonData data) => InlineButton.Press(text, data.ToString());

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
