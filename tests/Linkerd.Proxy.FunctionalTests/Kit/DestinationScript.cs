using System.Collections.Concurrent;
using Google.Protobuf;
using Linkerd.Api.Destination;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Answers Get by <c>name:port</c> and GetProfile by <c>address:port</c>. An address without a profile gets an empty one, as from the real one.</summary>
internal sealed class DestinationScript
{
    private static readonly Method<GetDestination, byte[]> s_get =
        new(MethodType.ServerStreaming, DestinationApi.ServiceName, DestinationApi.Get, Marshallers.Protobuf(GetDestination.Parser), Marshallers.Bytes);

    private static readonly Method<GetDestination, byte[]> s_getProfile =
        new(MethodType.ServerStreaming, DestinationApi.ServiceName, DestinationApi.GetProfile, Marshallers.Protobuf(GetDestination.Parser), Marshallers.Bytes);

    /// <summary>Endpoints by <c>name:port</c>.</summary>
    public Script<IReadOnlyList<WeightedAddr>> Endpoints { get; } = new();

    /// <summary>Profiles by <c>address:port</c>.</summary>
    public Script<DestinationProfile> Profiles { get; } = new();

    /// <summary>Answers a method and key in place of the script, in octets of its own, when it returns a task.</summary>
    public Func<string, string, IServerStreamWriter<byte[]>, CancellationToken, Task?>? Lie { get; set; }

    /// <summary>What proxies said of themselves, one for each stream that they opened.</summary>
    public ConcurrentQueue<string> ContextTokens { get; } = new();

    /// <summary>What profiles were asked for, one for each stream.</summary>
    public ConcurrentQueue<string> ProfilesAsked { get; } = new();

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapServerStreaming(s_get, (request, responses, context) => Lie?.Invoke(DestinationApi.Get, request.Path, responses, context.CancellationToken)
            ?? Endpoints.FollowAsync(request.Path, (old, now) => SendAsync(responses, old ?? [], now), context.CancellationToken));
        endpoints.MapServerStreaming(s_getProfile, async (request, responses, context) =>
        {
            ContextTokens.Enqueue(request.ContextToken);
            ProfilesAsked.Enqueue(request.Path);
            if (Lie?.Invoke(DestinationApi.GetProfile, request.Path, responses, context.CancellationToken) is { } lie)
            {
                await lie;
                return;
            }

            if (Profiles.TryGet(request.Path, out _))
            {
                await Profiles.FollowAsync(request.Path, (_, profile) => responses.WriteAsync(profile.ToByteArray()), context.CancellationToken);
                return;
            }

            await responses.WriteAsync(new DestinationProfile().ToByteArray());
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        });
    }

    private static async Task SendAsync(IServerStreamWriter<byte[]> responses, IReadOnlyList<WeightedAddr> old, IReadOnlyList<WeightedAddr> now)
    {
        var gone = old.Where(o => now.All(n => !n.Addr.Equals(o.Addr))).Select(o => o.Addr).ToArray();
        if (gone.Length > 0)
            await responses.WriteAsync(new Update { Remove = new AddrSet { Addrs = { gone } } }.ToByteArray());
        var added = now.Where(n => !old.Contains(n)).ToArray();
        if (added.Length > 0)
            await responses.WriteAsync(new Update { Add = new WeightedAddrSet { Addrs = { added }, MetricLabels = { ["namespace"] = "test" } } }.ToByteArray());
    }
}
