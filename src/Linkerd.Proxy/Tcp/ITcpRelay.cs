using Linkerd.Net;

namespace Linkerd.Proxy.Tcp;

/// <summary>Copies between two transports of one loop, both ways, half-closes included, with bounded buffers; closes both in the end.</summary>
public interface ITcpRelay
{
    /// <summary>Takes both over. <paramref name="ended"/> is called once, on the loop, with the fault of the side that failed first (none when both ended in order). Disposing the result ends it.</summary>
    IDisposable Start(Transport client, Transport server, Action<TransportFault> ended);
}
