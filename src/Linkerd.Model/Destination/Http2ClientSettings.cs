namespace Linkerd.Model;

/// <summary>HTTP/2 parameters that the control plane sets for clients of an endpoint; null means the proxy's own.</summary>
public sealed record Http2ClientSettings
{
    public int? InitialStreamWindow { get; init; }

    public int? InitialConnectionWindow { get; init; }

    public TimeSpan? KeepAliveInterval { get; init; }

    public TimeSpan? KeepAliveTimeout { get; init; }

    /// <summary>Ping also without streams.</summary>
    public bool KeepAliveWhileIdle { get; init; }

    public int? MaxFrameSize { get; init; }

    public int? MaxSendBuffer { get; init; }
}
