using Linkerd.Net;

namespace Linkerd.Proxy.Stack;

/// <summary>Counts connections of one set of labels (<c>tcp_open_total</c> and its kin) on one loop.</summary>
public interface IConnectionMetrics
{
    /// <summary>A connection is open; the result is to be closed with it.</summary>
    IConnectionTracker Opened(Transport transport);
}
