using System.Text.Json.Serialization;
using TorchUpscaler.Telegram.Api;

namespace TorchUpscaler.Telegram.Data;

/// <summary>What is kept as JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TextMessage))]
internal sealed partial class DataJson : JsonSerializerContext;
