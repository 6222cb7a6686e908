using Linkerd.Http;

namespace Linkerd.Proxy.Stack;

/// <summary>What the HTTP peers of one worker made it refuse, by side of the proxy and end of the connection.</summary>
public sealed class HttpPeers
{
    private readonly HttpCounters[] _counters = [new(), new(), new(), new()];

    /// <summary>The peers that connected to one side (clients), or that it connected to (servers).</summary>
    public HttpCounters Of(Direction direction, bool clients) => _counters[((int)direction * 2) + (clients ? 0 : 1)];
}
