namespace Linkerd.Proxy.Config;

/// <summary>Time limits on HTTP peers of one side.</summary>
/// <param name="Head">From the first byte of a head, frame or header block to its last. Default 30 s; 100 ms to 1 h.</param>
/// <param name="Body">How long an HTTP/1 request body may stand still before the answer begins. Default 5 min; 100 ms to 1 d.</param>
/// <param name="Stall">How long a peer may take nothing of what it was sent. Default 5 min; 100 ms to 1 d.</param>
public sealed record HttpTimeouts(TimeSpan Head, TimeSpan Body, TimeSpan Stall)
{
    public static HttpTimeouts Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));
}
