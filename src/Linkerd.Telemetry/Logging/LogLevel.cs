namespace Linkerd.Telemetry;

/// <summary>Severity of a message; a filter lets through what is at or above its level.</summary>
public enum LogLevel
{
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Off,
}
