using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Outbound;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy;

/// <summary>
/// From another cluster's proxy to a service of this one, for which the peer's transport header gave a name: inbound up to the policy of
/// the proxy's own port → is the name one that is exported here? → loop check → outbound by name. One per worker.
/// </summary>
public sealed class GatewayStack
{
    private readonly InboundStack _inbound;
    private readonly OutboundStack _outbound;
    private readonly IReadOnlyList<string> _suffixes;

    public GatewayStack(InboundStack inbound, OutboundStack outbound)
    {
        ArgumentNullException.ThrowIfNull(inbound);
        ArgumentNullException.ThrowIfNull(outbound);
        _inbound = inbound;
        _outbound = outbound;
        _suffixes = inbound.Runtime.Config.Inbound.GatewaySuffixes;
    }

    /// <summary>Takes over an authenticated direct connection whose header names a host. Throws <see cref="DetectException"/> when an opaque one is refused.</summary>
    internal void Serve(Transport transport, ServerTls tls, Accepted accepted, TransportHeader header)
    {
        var name = new HostPort(header.Name!.TrimEnd('.').ToLowerInvariant(), header.Port);
        bool isServed = NameSuffixes.Contain(_suffixes, name.Host);
        var peer = new HttpPeer(accepted, tls);
        InboundPort port = _inbound.PortFor(accepted.Local.Port);
        PeerIdentity local = _inbound.Worker.Tls!.LocalIdentity;
        if (header.Protocol == SessionProtocol.Opaque)
        {
            if (!isServed) throw new DetectException("gateway domain invalid", $"this proxy is no gateway for {name}");
            if (tls.Client == local) throw new DetectException("gateway loop", $"the connection to {name} came from this gateway itself");
            _inbound.ServeOpaque(transport, peer, port, accepted.Local, (client, ended) => RelayAsync(client, name, ended));
            return;
        }

        DetectedProtocol protocol = header.Protocol == SessionProtocol.Http1 ? DetectedProtocol.Http1 : DetectedProtocol.Http2;
        var gateway = new GatewayHttp(_outbound, local, tls.Client!.Value, name, isServed);
        _inbound.ServeHttp(transport, peer, port, protocol, accepted.Local, gateway);
    }

    private async Task RelayAsync(Transport client, HostPort name, Action<TransportFault> ended)
    {
        OutboundTarget target = _outbound.TryTargetFor(OutboundDestination.Named(name)) ?? throw new DetectException("destination limit", $"too many destinations are in use to connect to {name}");
        target.Enter();
        try
        {
            await target.ReadyAsync();
            if (!target.IsKnown && !target.IsFailingFast) throw new DetectException("gateway domain invalid", $"the control plane does not know {name}");
            await new OutboundTcp(_outbound, target).RunAsync(client, fault =>
            {
                target.Exit();
                ended(fault);
            });
        }
        catch
        {
            target.Exit();
            throw;
        }
    }
}
