using System.Runtime.CompilerServices;

namespace Linkerd.Telemetry;

/// <summary>Logs for one target. Check <see cref="IsEnabled"/> before building a costly message; interpolated messages check by themselves.</summary>
public sealed class Logger
{
    private readonly LogSink _sink;
    private volatile int _level;

    internal Logger(LogSink sink, string target)
    {
        _sink = sink;
        Target = target;
    }

    public string Target { get; }

    internal LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    public bool IsEnabled(LogLevel level) => (int)level >= _level && level != LogLevel.Off;

    /// <summary>Logs a message; <paramref name="spans"/> (<c>outer:inner{field=value}</c>) tell where it happened.</summary>
    public void Log(LogLevel level, string message, string spans = "")
    {
        if (IsEnabled(level)) _sink.Write(Target, level, spans, message);
    }

    /// <summary>Logs a message that is only built when it is let through.</summary>
    public void Log(LogLevel level, [InterpolatedStringHandlerArgument("", nameof(level))] ref LogMessage message, string spans = "")
    {
        if (message.Enabled) _sink.Write(Target, level, spans, message.ToStringAndClear());
    }

    public void Error(string message) => Log(LogLevel.Error, message);

    public void Warn(string message) => Log(LogLevel.Warn, message);

    public void Info(string message) => Log(LogLevel.Info, message);
}
