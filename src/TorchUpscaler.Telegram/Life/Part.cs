using TorchUpscaler.Core;
using TorchUpscaler.Queue;
using TorchUpscaler.Telegram.Api;
using TorchUpscaler.Telegram.Data;
using TorchUpscaler.Telegram.Talk;
using TorchUpscaler.Telegram.Texts;

namespace TorchUpscaler.Telegram.Life;

/// <summary>One result on its way.</summary>
internal sealed class Part(Job job, PictureRequest request, StatusPhoto photo, Hardship hardship)
{
    internal Job Job => job;

    internal PictureRequest Request { get; set; } = request;

    internal Speech Speech { get; } = Speech.In(request.Language);

    /// <summary>What of it is known to be there.</summary>
    internal StatusPhoto Photo { get; set; } = photo;

    /// <summary>What has been learned of how it cannot be sent.</summary>
    internal Hardship Hardship => hardship;

    /// <summary>The file to send as a photo, or null.</summary>
    internal ResultFile? AsPhoto { get; set; }

    /// <summary>The file to send as a document, or null.</summary>
    internal ResultFile? AsDocument { get; set; }

    /// <summary>Which of them is on its way, or was refused last.</summary>
    internal ResultFile? Going { get; set; }

    /// <summary>Whether it was to be a photo and cannot be one.</summary>
    internal bool IsNoPhoto { get; set; }

    /// <summary>How the document differs from what was asked for.</summary>
    internal SentAs SentAs => new()
    {
        IsNoPhoto = IsNoPhoto,
        Quality = AsDocument?.Fitted,
        Bytes = AsDocument?.Fitted is null ? 0 : Job.ResultBytes,
        IsRefused = Hardship.Refused is not null,
        IsOverWhite = AsDocument?.IsOverWhite == true,
    };

    /// <summary>What is said below a file.</summary>
    internal FormattedText Caption(ResultFile file, long limit) =>
        file == AsPhoto ? FormattedText.Empty : SentAs.Say(Speech, Job.Format ?? PictureFormat.Png, Request.ReplyAs, limit);
}

/// <summary>What has been learned of how a result cannot be sent, while it is tried again and again.</summary>
internal sealed class Hardship
{
    /// <summary>How often the connection broke while the file was sent.</summary>
    internal int Broken { get; set; }

    /// <summary>Whether it goes alone, as the album was too large or had something in it that is not taken.</summary>
    internal bool IsAlone { get; set; }

    /// <summary>Whether it is not taken as a photo.</summary>
    internal bool IsNoPhoto { get; set; }

    /// <summary>How often it was refused for no reason that is known.</summary>
    internal int Refusals { get; set; }

    /// <summary>Bytes of a document that was not taken, or null: what is sent has fewer.</summary>
    internal long? Refused { get; set; }
}
