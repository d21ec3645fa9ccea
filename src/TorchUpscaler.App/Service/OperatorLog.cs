using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using TorchUpscaler.Core;

namespace TorchUpscaler.App.Service;

/// <summary>The logs of a service, on standard error: lines for people, or JSON.</summary>
internal static class OperatorLog
{
    /// <summary>Creates the loggers; what is still to be written is written when it is disposed.</summary>
    internal static ILoggerFactory Create(ServiceSettings settings) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(settings.LogLevel);
        logging.AddFilter("Microsoft", LogLevel.Warning); // the web server's own
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // that it does not start is said in a sentence
        logging.AddConsole(console =>
        {
            console.FormatterName = settings.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    });

    /// <summary><c>2026-11-25T13:20:01Z warning: Job 7 is handed back: …</c>. Names from outside cannot steer the terminal.</summary>
    private sealed class LineFormatter() : ConsoleFormatter(FormatterName)
    {
        internal const string FormatterName = "line";

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var level = logEntry.LogLevel == LogLevel.Information ? "info" : logEntry.LogLevel.ToString().ToLowerInvariant();
            var message = Display.Text(logEntry.Formatter(logEntry.State, logEntry.Exception));
            textWriter.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ssZ} {level}: {message}"));
            if (logEntry.Exception is { } error) textWriter.WriteLine(error);
        }
    }
}
