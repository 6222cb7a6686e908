using Microsoft.Extensions.Logging;

namespace Linkerd.Components;

/// <summary>The log that <c>--log-level</c> and <c>--log-format</c> ask for.</summary>
internal static class LogSetup
{
    public static ILoggerFactory Create(FlagSet flags)
    {
        var format = flags.Text("log-format");
        if (format is not ("plain" or "json"))
            throw FlagSet.Fault("log-format", format, "plain or json");
        var level = Level(flags.Text("log-level"));
        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(level)
            // The web server's own messages tell a stranger's mistakes; ours say what matters.
            .AddFilter("Microsoft", level == LogLevel.Trace ? LogLevel.Debug : LogLevel.Error)
            .AddProvider(new LineLoggerProvider(Console.Error, format == "json", TimeProvider.System)));
    }

    /// <summary>A level, or the policy controller's directive form <c>linkerd=info,warn</c>, of which the first part counts.</summary>
    private static LogLevel Level(string text)
    {
        var first = text.Split(',')[0];
        var name = first[(first.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return name.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "fatal" or "panic" => LogLevel.Critical,
            "off" => LogLevel.None,
            _ => throw FlagSet.Fault("log-level", text, "trace, debug, info, warn, error or off"),
        };
    }
}
