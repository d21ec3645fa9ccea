using TorchUpscaler.Queue;

namespace TorchUpscaler.App.Service;

/// <summary>How the service is.</summary>
/// <param name="problemOf">What keeps it from working, or null.</param>
/// <param name="store">The store.</param>
/// <param name="look">Looks into it.</param>
internal sealed class Health(Func<string?> problemOf, IJobStore store, StoreLook look)
{
    /// <summary>Whether it works, and a JSON object that says so or why not.</summary>
    internal async Task<(bool IsWell, string Report)> Report()
    {
        var (_, outage) = await look.Ask();
        var problem = problemOf() ?? outage;
        return (problem is null, JsonLine.Of(json =>
        {
            json.WriteString("status", problem is null ? "ok" : "unhealthy");
            if (problem is not null) json.WriteString("problem", problem);
            json.WriteString("worker", store.Owner);
        }));
    }
}
