using Linkerd.Net;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>What tap says of the two ends of a request that does not change from one to the next; made when tap is first used for it, and encoded once.</summary>
internal sealed class TapSubject
{
    private const int Inbound = 1;
    private const int Outbound = 2;

    /// <param name="direction">Which side of the proxy.</param>
    /// <param name="sourceLabels">Of the client: <c>tls</c>, <c>client_id</c>.</param>
    /// <param name="destination">The application's port, or the endpoint.</param>
    /// <param name="destinationLabels">Of the endpoint, with <c>tls</c> and <c>server_id</c>.</param>
    /// <param name="routeLabels">Of the route, to be matched; null where requests bring their own, which are told too.</param>
    public TapSubject(
        Direction direction,
        IReadOnlyList<KeyValuePair<string, string>> sourceLabels,
        SocketAddress destination,
        IReadOnlyList<KeyValuePair<string, string>> destinationLabels,
        TapLabels? routeLabels)
    {
        Destination = destination.Unmap();
        DestinationLabels = destinationLabels;
        RouteLabels = routeLabels;
        Encoded = ProtoBuffer.ToArray(buffer =>
        {
            TapEvents.Address(buffer, 2, Destination);
            TapEvents.Labels(buffer, 4, destinationLabels);
            TapEvents.Labels(buffer, 5, sourceLabels);
            buffer.Number(6, direction == Direction.Inbound ? Inbound : (ulong)Outbound);
        });
    }

    public SocketAddress Destination { get; }

    public IReadOnlyList<KeyValuePair<string, string>> DestinationLabels { get; }

    public TapLabels? RouteLabels { get; }

    /// <summary>Fields 2, 4, 5 and 6 of TapEvent.</summary>
    public byte[] Encoded { get; }
}
