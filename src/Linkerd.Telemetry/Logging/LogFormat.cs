namespace Linkerd.Telemetry;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    Plain,
    Json,
}
