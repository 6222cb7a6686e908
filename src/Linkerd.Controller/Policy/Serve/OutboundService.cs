using System.Net;
using Linkerd.Api.Mapping;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Model;
using Microsoft.AspNetCore.Routing;
using Addresses = Linkerd.Controller.Common.Api.Addresses;

namespace Linkerd.Controller.Policy.Serve;

/// <summary>The outbound policy API: how traffic to an address or a Service is routed.</summary>
internal sealed class OutboundService(PolicyIndex index, PolicySettings settings)
{
    private static readonly Method<TrafficSpec, OutboundPolicy> s_get = Methods.Unary(OutboundApi.ServiceName, OutboundApi.Get, TrafficSpec.Parser, OutboundPolicy.Parser);
    private static readonly Method<TrafficSpec, OutboundPolicy> s_watch = Methods.ServerStreaming(OutboundApi.ServiceName, OutboundApi.Watch, TrafficSpec.Parser, OutboundPolicy.Parser);

    /// <summary>Maps the API to a server.</summary>
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(s_get, GetAsync);
        endpoints.MapServerStreaming(s_watch, WatchAsync);
    }

    /// <summary>The policy now.</summary>
    public Task<OutboundPolicy> GetAsync(TrafficSpec request, ServerCallContext call)
    {
        ClientPolicy? found = null;
        using var subscription = Subscribe(request, state => found = state);
        return Task.FromResult(ClientPolicyMessages.ToWire(found!));
    }

    /// <summary>The policy now and whenever it changes; ends with NOT_FOUND when the target is gone, so that the proxy asks anew.</summary>
    public async Task WatchAsync(TrafficSpec request, IServerStreamWriter<OutboundPolicy> stream, ServerCallContext call)
    {
        var mailbox = new Mailbox<ClientPolicy>();
        using var subscription = Subscribe(request, mailbox.Offer);
        await StreamLoop.RunAsync(mailbox, call, state =>
            ReferenceEquals(state, OutboundResolver.None) ? throw NotFound() : stream.WriteAsync(ClientPolicyMessages.ToWire(state), call.CancellationToken));
    }

    private Subscription Subscribe(TrafficSpec request, Action<ClientPolicy> listener)
    {
        var workload = Workload.Parse(request.SourceWorkload) ?? throw Invalid($"Invalid workload: {request.SourceWorkload}");
        var (ip, service, port) = TargetOf(request);
        return index.SubscribeOutbound(new OutboundKey(ip, service, port, workload.Namespace), listener) ?? throw NotFound();
    }

    private (IPAddress? Ip, ServiceName Service, int Port) TargetOf(TrafficSpec request)
    {
        switch (request.TargetCase)
        {
            case TrafficSpec.TargetOneofCase.Addr:
                if (request.Addr.Port is 0 or > ushort.MaxValue)
                    throw Invalid($"Invalid port: {request.Addr.Port}");
                var ip = Addresses.FromMessage(request.Addr.Ip) ?? throw Invalid("the target's address has no IP");
                return (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, default, (int)request.Addr.Port);
            case TrafficSpec.TargetOneofCase.Authority:
                var target = Target.Parse(request.Authority);
                if (target is null or { Ip: not null })
                    throw Invalid($"Invalid authority: {request.Authority}");
                var name = ServiceAuthority.Parse(target.Host, settings.ClusterDomain);
                return name is { Instance: null } ? (null, name.Service, target.Port) : throw NotFound();
            default:
                throw Invalid("target is required: give an address or an authority");
        }
    }

    private static RpcException Invalid(string detail) => new(new Status(StatusCode.InvalidArgument, detail));

    private static RpcException NotFound() => new(new Status(StatusCode.NotFound, "No such service"));
}
