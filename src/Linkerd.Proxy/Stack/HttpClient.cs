using Linkerd.Http;
using Linkerd.Proxy.Errors;

namespace Linkerd.Proxy.Stack;

/// <summary>
/// Opens streams to one endpoint, on one loop: an HTTP/2 connection that is kept up, or a pool of HTTP/1 connections. The HTTP
/// layer implements it.
/// </summary>
public abstract class HttpClient
{
    /// <summary>A stream can be had without waiting for a connection that is known to fail: connected with streams free (HTTP/2), not backing off (HTTP/1).</summary>
    public abstract bool IsReady { get; }

    /// <summary>Called on the loop when <see cref="IsReady"/> changed.</summary>
    public Action<HttpClient>? ReadyChanged { get; set; }

    /// <summary>Begins to connect, and from then on reconnects with backoff. HTTP/1 pools do nothing.</summary>
    public abstract void Prime();

    /// <summary>Opens a stream for <paramref name="call"/>, which is told now or later, once.</summary>
    public abstract void Open(IHttpCall call);

    /// <summary><paramref name="call"/> no longer wants its stream; nothing happens when it was told already.</summary>
    public abstract void Cancel(IHttpCall call);

    /// <summary>The endpoint is gone: streams finish, no new ones are opened, connections are closed.</summary>
    public abstract void Retire();
}
