using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Linkerd.Api.Inbound;
using Linkerd.Api.Mapping;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Answers inbound policies by <c>workload:port</c> (else the default one) and outbound policies by <c>address:port</c> or authority (else NOT_FOUND).</summary>
internal sealed class PolicyScript
{
    private static readonly Method<PortSpec, Server> s_getPort = Methods.Unary(InboundApi.ServiceName, InboundApi.GetPort, PortSpec.Parser, Server.Parser);
    private static readonly Method<PortSpec, byte[]> s_watchPort = new(MethodType.ServerStreaming, InboundApi.ServiceName, InboundApi.WatchPort, Marshallers.Protobuf(PortSpec.Parser), Marshallers.Bytes);
    private static readonly Method<TrafficSpec, OutboundPolicy> s_get = Methods.Unary(OutboundApi.ServiceName, OutboundApi.Get, TrafficSpec.Parser, OutboundPolicy.Parser);
    private static readonly Method<TrafficSpec, byte[]> s_watch = new(MethodType.ServerStreaming, OutboundApi.ServiceName, OutboundApi.Watch, Marshallers.Protobuf(TrafficSpec.Parser), Marshallers.Bytes);

    private readonly ConcurrentDictionary<string, int> _watching = new();

    /// <summary>By <c>workload:port</c>, where the workload is the pod's name.</summary>
    public Script<Server> Inbound { get; } = new();

    /// <summary>By <c>address:port</c>.</summary>
    public Script<OutboundPolicy> Outbound { get; } = new();

    /// <summary>Fails inbound watches while set.</summary>
    public Status? Failure { get; set; }

    /// <summary>Fails inbound watches of <c>workload:port</c>.</summary>
    public ConcurrentDictionary<string, Status> Failures { get; } = new();

    /// <summary>Inbound watches that were begun, by <c>workload:port</c>.</summary>
    public ConcurrentDictionary<string, int> Asked { get; } = new();

    /// <summary>Fails outbound watches while set.</summary>
    public Status? OutboundFailure { get; set; }

    /// <summary>Open watches of <c>workload:port</c>.</summary>
    public int Watching(string key) => _watching.GetValueOrDefault(key);

    /// <summary>Answers a method and key in place of the script, in octets of its own, when it returns a task.</summary>
    public Func<string, string, IServerStreamWriter<byte[]>, CancellationToken, Task?>? Lie { get; set; }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUnary(s_getPort, (spec, _) => Task.FromResult(Inbound.TryGet(KeyOf(spec), out var server) ? server : Policies.AllUnauthenticated()));
        endpoints.MapServerStreaming(s_watchPort, async (spec, responses, context) =>
        {
            if (Failure is { } failure)
                throw new RpcException(failure);
            var key = KeyOf(spec);
            Asked.AddOrUpdate(key, 1, static (_, count) => count + 1);
            if (Failures.TryGetValue(key, out var own))
                throw new RpcException(own);
            if (Lie?.Invoke(InboundApi.WatchPort, key, responses, context.CancellationToken) is { } lie)
            {
                await lie;
                return;
            }

            Inbound.SetDefault(key, Policies.AllUnauthenticated());
            _watching.AddOrUpdate(key, 1, (_, count) => count + 1);
            try
            {
                await Inbound.FollowAsync(key, (_, server) => responses.WriteAsync(server.ToByteArray()), context.CancellationToken);
            }
            finally
            {
                _watching.AddOrUpdate(key, 0, (_, count) => count - 1);
            }
        });
        endpoints.MapUnary(s_get, (spec, _) => Outbound.TryGet(KeyOf(spec), out var policy)
            ? Task.FromResult(policy)
            : throw new RpcException(new Status(StatusCode.NotFound, "No such service")));
        endpoints.MapServerStreaming(s_watch, (spec, responses, context) => OutboundFailure is { } failure
            ? throw new RpcException(failure)
            : Lie?.Invoke(OutboundApi.Watch, KeyOf(spec), responses, context.CancellationToken)
                ?? Outbound.FollowAsync(KeyOf(spec), (_, policy) => responses.WriteAsync(policy.ToByteArray()), context.CancellationToken));
    }

    private static string KeyOf(PortSpec spec) => $"{Pod.NameOf(spec.Workload)}:{spec.Port}";

    private static string KeyOf(TrafficSpec spec) => spec.TargetCase == TrafficSpec.TargetOneofCase.Addr
        ? ((IPEndPoint)Addresses.ToModel(spec.Addr)).ToString()
        : spec.Authority;
}
