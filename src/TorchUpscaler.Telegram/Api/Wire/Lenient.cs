using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace TorchUpscaler.Telegram.Api.Wire;

// What can be done without is null (or 0) where it is not what the Bot API describes: the rest of the message stays readable.

/// <summary>An object that can be done without.</summary>
internal sealed class Lenient<T> : JsonConverter<T?>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LenientRead.OrNull<T>(ref reader, options);

    public override void Write(Utf8JsonWriter writer, T? value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value!, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
}

/// <summary>A list; items that are not what they should be are left out.</summary>
internal sealed class LenientList<T> : JsonConverter<IReadOnlyList<T>?>
    where T : class
{
    public override IReadOnlyList<T>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }
        var list = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (LenientRead.OrNull<T>(ref reader, options) is { } item) list.Add(item);
        }
        return list;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T>? value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in value!) JsonSerializer.Serialize(writer, item, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        writer.WriteEndArray();
    }
}

/// <summary>Buttons below a message: those that tell the bot.</summary>
internal sealed class LenientKeyboard : JsonConverter<InlineKeyboard?>
{
    public override InlineKeyboard? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (LenientRead.OrNull<InlineKeyboardMarkup>(ref reader, options)?.InlineKeyboard is not { } rows) return null;
        var buttons = rows.Select(row => (IReadOnlyList<InlineButton>)
            [.. (row ?? []).Where(button => button is { Text: not null, CallbackData: not null }).Select(button => InlineButton.Press(button.Text, button.CallbackData!))]);
        return new InlineKeyboard([.. buttons.Where(row => row.Count > 0)]);
    }

    public override void Write(Utf8JsonWriter writer, InlineKeyboard? value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, Request.Of(value)!, (JsonTypeInfo<InlineKeyboardMarkup>)options.GetTypeInfo(typeof(InlineKeyboardMarkup)));
}

/// <summary>A text.</summary>
internal sealed class LenientText : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // an escape of half a character
        }
        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>A whole number, or null.</summary>
internal sealed class LenientOptionalNumber : JsonConverter<long?>
{
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LenientRead.Number(ref reader);

    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options) => writer.WriteNumberValue(value!.Value);
}

/// <summary>A whole number, or 0.</summary>
internal sealed class LenientNumber : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LenientRead.Number(ref reader) ?? 0;

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>A number of pixels, never negative, or 0.</summary>
internal sealed class LenientSize : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LenientRead.Number(ref reader) is >= 0 and <= int.MaxValue and var size ? (int)size : 0;

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Yes, or else no.</summary>
internal sealed class LenientBoolean : JsonConverter<bool>
{
    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.True) return true;
        reader.Skip();
        return false;
    }

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

/// <summary>What the converters share.</summary>
internal static class LenientRead
{
    /// <summary>An object, or null where it is none or lacks what it must have. The reader stands at its end.</summary>
    internal static T? OrNull<T>(ref Utf8JsonReader reader, JsonSerializerOptions options)
        where T : class
    {
        var end = reader;
        end.Skip();
        try
        {
            return JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            reader = end;
            return null;
        }
    }

    internal static long? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)) return number;
        reader.Skip();
        return null;
    }

    /// <summary>Whether the JSON is at fault.</summary>
    internal static bool IsUnreadable(Exception error) => error is JsonException or InvalidOperationException or FormatException or NotSupportedException;
}
