using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Data;

namespace TorchUpscaler.Telegram.Life;

/// <summary>Takes photos in: each becomes a job, and all of a request get one status message.</summary>
/// <param name="store">The queue.</param>
/// <param name="data">What the bot keeps.</param>
public sealed class PhotoDesk(IJobStore store, BotData data)
{
    /// <summary>This front end's name in the queue.</summary>
    public const string FrontEnd = "telegram";

    /// <summary>Ends when photos have been taken in since it was asked for.</summary>
    internal Pulse Taken { get; } = new();

    /// <summary>The queue's name of a person.</summary>
    public static string NameOf(long person) => FormattableString.Invariant($"telegram:{person}");

    /// <summary>
    /// Takes a request in. Durable when it returns: from then on its photos are answered, whatever breaks. Taken in twice, it is one.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public void Take(PhotoRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        data.Statuses.Add(new StatusMessage
        {
            Key = request.Key,
            Person = request.Person,
            Chat = request.Chat,
            Thread = request.Thread,
            ReplyTo = request.Photos[0].Message,
            Count = request.Photos.Count,
        });
        foreach (var (photo, order) in PhotoOrder.Of(request))
        {
            var job = store.Receive(new NewJob(FrontEnd, NameOf(request.Person), PhotoOrder.NameOf(photo))
            {
                Key = request.KeyOf(order.Item),
                Class = request.Class,
                Payload = order.ToJson(),
                Model = request.Model,
                Scale = request.Scale,
                Format = request.Format,
            });
            data.Statuses.AddPhoto(request.Key, job, order.Item);
        }
        Taken.Set();
    }
}
