using Linkerd.Api.Inbound;
using Linkerd.Api.Mapping;
using Linkerd.Api.Services;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Model;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Controller.Policy.Serve;

/// <summary>The inbound policy API: what a port of a pod lets in.</summary>
internal sealed class InboundService(PolicyIndex index)
{
    private static readonly Method<PortSpec, Server> s_getPort = Methods.Unary(InboundApi.ServiceName, InboundApi.GetPort, PortSpec.Parser, Server.Parser);
    private static readonly Method<PortSpec, Server> s_watchPort = Methods.ServerStreaming(InboundApi.ServiceName, InboundApi.WatchPort, PortSpec.Parser, Server.Parser);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(s_getPort, GetPortAsync);
        endpoints.MapServerStreaming(s_watchPort, WatchPortAsync);
    }

    /// <summary>The policy now.</summary>
    public Task<Server> GetPortAsync(PortSpec request, ServerCallContext call)
    {
        ServerPolicy? found = null;
        using var subscription = Subscribe(request, state => found = state);
        return Task.FromResult(ServerPolicyMessages.ToWire(found!));
    }

    /// <summary>The policy now and whenever it changes.</summary>
    public async Task WatchPortAsync(PortSpec request, IServerStreamWriter<Server> stream, ServerCallContext call)
    {
        var mailbox = new Mailbox<ServerPolicy>();
        using var subscription = Subscribe(request, mailbox.Offer);
        await StreamLoop.RunAsync(mailbox, call, state => stream.WriteAsync(ServerPolicyMessages.ToWire(state), call.CancellationToken));
    }

    private Subscription Subscribe(PortSpec request, Action<ServerPolicy> listener)
    {
        var workload = Workload.Parse(request.Workload) ?? throw new RpcException(new Status(StatusCode.InvalidArgument, $"Invalid workload: {request.Workload}"));
        if (request.Port is 0 or > ushort.MaxValue)
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"Invalid port: {request.Port}"));
        var name = new WorkloadName(workload.Pod is null, workload.Namespace, workload.Pod ?? workload.External ?? "");
        return index.SubscribeInbound(name, (int)request.Port, listener)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"unknown server: {request.Workload} port {request.Port}"));
    }
}
