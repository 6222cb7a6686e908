namespace Linkerd.Proxy.Config;

/// <summary>How requests are logged.</summary>
public enum AccessLogFormat
{
    None,
    Apache,
    Json,
}
