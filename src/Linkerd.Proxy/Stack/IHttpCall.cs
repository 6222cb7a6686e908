using Linkerd.Http;
using Linkerd.Proxy.Errors;

namespace Linkerd.Proxy.Stack;

/// <summary>Waits for a client stream.</summary>
public interface IHttpCall
{
    /// <summary>Handles what the stream receives.</summary>
    IHttpStreamHandler StreamHandler { get; }

    /// <summary>A stream is open; its head is to be sent now.</summary>
    void OnStream(HttpStream stream, HttpClient client);

    /// <summary>None can be had.</summary>
    void OnFailed(ProxyError error);
}
