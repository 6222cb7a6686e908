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
// What is allowed goes to next; without one, to the application at the target.
internal sealed class InboundTcp(InboundStack stack, InboundPort port, HttpPeer peer, SocketAddress target, OpaqueService? next = null)
{
    private readonly IPAddress _client = peer.Accepted.Client.Unmap().ToIPAddress();
    private IDisposable? _relay;
    private bool _terminated;
    private Transport? _handedOn;

    public async Task RunAsync(Transport transport, Action<TransportFault> ended)
    {
        if (Authorization() is not { } authorization)
        {
            stack.Runtime.Metrics.TcpAuthzDeny.With(Labels(null)).For(stack.Worker.Index).Increment();
            Log("Connection denied", null);
            transport.Abort();
            ended(new TransportFault(TransportFaultKind.Aborted));
            return;
        }

        stack.Runtime.Metrics.TcpAuthzAllow.With(Labels(authorization)).For(stack.Worker.Index).Increment();
        if (authorization is { IsDefault: true, Name: DefaultPolicy.Audit }) Log("Connection allowed", authorization);
        if (next is not null)
        {
            await HandOnAsync(next, transport, ended);
            return;
        }

        port.Watch(this);
        Transport server;
        try
        {
            var config = stack.Runtime.Config.Inbound;
            server = await stack.Services.Connector.ConnectAsync(
                new ConnectTarget { Address = target, Timeout = config.ConnectTimeout, Options = config.ConnectOptions }, stack.Worker.Tls);
        }
        catch
        {
            port.Unwatch(this);
            throw;
        }

        if (_terminated)
        {
            // The policy changed while the connection to the application was opened.
            port.Unwatch(this);
            server.Abort();
            transport.Abort();
            ended(new TransportFault(TransportFaultKind.Aborted));
            return;
        }

        Relay(transport, server, ended);
    }

    private void Relay(Transport transport, Transport server, Action<TransportFault> ended)
    {
        IConnectionTracker tracker = stack.Applications.For(target).Opened(server);
        _relay = stack.Services.Relay.Start(transport, server, fault =>
        {
            port.Unwatch(this);
            tracker.Closed(fault);
            ended(fault);
        });
    }

    private async Task HandOnAsync(OpaqueService service, Transport transport, Action<TransportFault> ended)
    {
        _handedOn = transport;
        port.Watch(this);
        try
        {
            await service(transport, fault =>
            {
                port.Unwatch(this);
                ended(fault);
            });
        }
        catch
        {
            port.Unwatch(this);
            throw;
        }
    }

    private Meta? Authorization() => port.Policy.Fault is null ? Authorizer.Check(port.Policy, [], _client, peer.Tls) : null;

    private Labels Labels(Meta? authorization)
    {
        Labels labels = ProxyLabels.Target(peer.Accepted.OriginalDestination).And(ProxyLabels.Server(port.Policy.Meta, port.Port));
        if (authorization is not null) labels = labels.And(ProxyLabels.Resource("authz", authorization));
        return labels.And(ProxyLabels.Tls(peer.Tls));
    }

    /// <summary>The policy of its port changed.</summary>
    public void OnPolicyChanged()
    {
        if (_terminated || Authorization() is not null) return;
        _terminated = true;
        stack.Runtime.Metrics.TcpAuthzTerminate.With(Labels(null)).For(stack.Worker.Index).Increment();
        Log("Connection terminated", null);
        _relay?.Dispose();
        _handedOn?.Abort();
    }

    private void Log(string message, Meta? authorization)
    {
        Meta server = port.Policy.Meta;
        string by = authorization is null ? string.Empty : $" authz.group={authorization.Group} authz.kind={authorization.Kind} authz.name={authorization.Name}";
        stack.PolicyLog.Info($"{message} server.group={server.Group} server.kind={server.Kind} server.name={server.Name} client.tls={peer.Tls.State} client.id={peer.Tls.Client} client.ip={peer.Accepted.Client.IpString()}{by}");
    }
}
