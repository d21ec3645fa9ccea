using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TorchUpscaler.Queue.Housekeeping;

/// <summary>What the operator is told of the housekeeping: what it did, and each trouble once, however often it is met.</summary>
internal sealed partial class DutyLog(ILogger log)
{
    private const string Store = "store"; // its outage is one trouble, whoever meets it

    private readonly ConcurrentDictionary<string, bool> _troubles = [];

    /// <summary>A round is done.</summary>
    internal void Done(string duty, int count)
    {
        _troubles.TryRemove(Store, out _);
        _troubles.TryRemove(duty, out _);
        if (count > 0) DutyDone(duty, count);
    }

    /// <summary>A round failed. The next one tries again.</summary>
    internal void Failed(string duty, Exception error)
    {
        var isOutage = error is StoreUnavailableException;
        if (!_troubles.TryAdd(isOutage ? Store : duty, true)) return;
        if (isOutage) StoreIsOut(error.Message);
        else if (error is IOException or UnauthorizedAccessException) DutyHindered(duty, error.Message);
        else DutyFailed(error, duty);
    }

    /// <summary>The schedule itself, which several processes may share in a database, is in trouble.</summary>
    internal void ScheduleFailed(Exception error)
    {
        if (_troubles.TryAdd(Store, true)) StoreIsOut(error.GetBaseException().Message);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Housekeeping, {Duty}: {Count}")]
    private partial void DutyDone(string duty, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping waits for the store: {Reason}")]
    private partial void StoreIsOut(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping, {Duty}, is hindered and tries again: {Reason}")]
    private partial void DutyHindered(string duty, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Housekeeping, {Duty}, failed and tries again")]
    private partial void DutyFailed(Exception error, string duty);
}
