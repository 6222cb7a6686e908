using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>One opaque inbound connection: authorised when it begins, ended when a later policy no longer allows it.</summary>
internal sealed class InboundTcp(InboundStack stack, InboundPort port, HttpPeer peer, SocketAddress target)
{
    private IDisposable? _relay;

    public async Task RunAsync(Transport transport, Action<TransportFault> ended)
    {
        if (Authorization() is not { } authorization)
        {
            stack.Runtime.Metrics.TcpAuthzDeny.With(Labels(null)).For(stack.Worker.Index).Increment();
            transport.Abort();
            ended(new TransportFault(TransportFaultKind.Aborted));
            return;
        }

        stack.Runtime.Metrics.TcpAuthzAllow.With(Labels(authorization)).For(stack.Worker.Index).Increment();
        var config = stack.Runtime.Config.Inbound;
        Transport server = await stack.Services.Connector.ConnectAsync(
            new ConnectTarget { Address = target, Timeout = config.ConnectTimeout, Options = config.ConnectOptions }, stack.Worker.Tls);
        Labels labels = Telemetry.Labels.Of("direction", "inbound").And("peer", "dst").And(ProxyLabels.Target(target)).And("tls", "no_identity").And("no_tls_reason", "loopback");
        IConnectionTracker tracker = new ConnectionMetrics(stack.Runtime.Metrics, stack.Worker.Connections, labels, stack.Worker.Index).Opened(server);
        port.Changed += OnPolicyChanged;
        _relay = stack.Services.Relay.Start(transport, server, fault =>
        {
            port.Changed -= OnPolicyChanged;
            tracker.Closed(fault);
            ended(fault);
        });
    }

    private Meta? Authorization() => Authorizer.Check(port.Policy, [], peer.Accepted.Client.Unmap().ToIPAddress(), peer.Tls);

    private Labels Labels(Meta? authorization)
    {
        Labels labels = ProxyLabels.Target(peer.Accepted.OriginalDestination).And(ProxyLabels.Server(port.Policy.Meta, port.Port)).And(ProxyLabels.Tls(peer.Tls));
        return authorization is null ? labels : labels.And(ProxyLabels.Resource("authz", authorization));
    }

    private void OnPolicyChanged()
    {
        if (Authorization() is not null) return;
        stack.Runtime.Metrics.TcpAuthzTerminate.With(Labels(null)).For(stack.Worker.Index).Increment();
        _relay?.Dispose();
    }
}
