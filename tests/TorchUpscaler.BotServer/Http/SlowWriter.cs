using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace TorchUpscaler.BotServer.Http;

/// <summary>Sends a body no faster than allowed.</summary>
internal static class SlowWriter
{
    private const int StepsPerSecond = 20;

    internal static async Task Copy(Stream body, HttpContext context, int? bytesPerSecond)
    {
        if (bytesPerSecond is not { } speed)
        {
            await body.CopyToAsync(context.Response.Body, context.RequestAborted);
            return;
        }
        var chunk = new byte[Math.Max(1, speed / StepsPerSecond)];
        var (sent, begin) = (0L, Stopwatch.GetTimestamp());
        while (await body.ReadAsync(chunk, context.RequestAborted) is var count and > 0)
        {
            await context.Response.Body.WriteAsync(chunk.AsMemory(0, count), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            sent += count;
            var ahead = TimeSpan.FromSeconds((double)sent / speed) - Stopwatch.GetElapsedTime(begin);
            if (ahead > TimeSpan.Zero) await Task.Delay(ahead, context.RequestAborted);
        }
    }
}
