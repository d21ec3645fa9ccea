using Library = global::Telegram.Bot;

namespace TorchUpscaler.Telegram.Full;

/// <summary>A request of Telegram.Bot's whose result is kept as it came, instead of being read into the library's types.</summary>
/// <param name="request">The request.</param>
internal sealed class RawRequest(Library.Requests.Abstractions.IRequest request) : Library.Requests.Abstractions.IRequest<bool>
{
    /// <inheritdoc/>
    public HttpMethod HttpMethod => request.HttpMethod;

    /// <inheritdoc/>
    public string MethodName => request.MethodName;

    /// <inheritdoc/>
    public bool IsWebhookResponse
    {
        get => request.IsWebhookResponse;
        set => request.IsWebhookResponse = value;
    }

    /// <summary>The result's JSON, once it is there.</summary>
    internal ReadOnlyMemory<byte> Result { get; set; }

    /// <inheritdoc/>
    public HttpContent? ToHttpContent() => request.ToHttpContent();
}
