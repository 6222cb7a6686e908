using System.CommandLine;
using Linkerd.Api.Inbound;
using Linkerd.Api.Outbound;
using Linkerd.Api.Services;
using Linkerd.Cli.Commands.Diagnostics;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Policies;

/// <summary>Asks a policy controller what it tells proxies, through a port-forward to its pod.</summary>
internal sealed class PolicyClient : IDisposable
{
    private const int Port = 8090;

    private static readonly Method<TrafficSpec, OutboundPolicy> GetOutbound =
        Methods.Unary(OutboundApi.ServiceName, OutboundApi.Get, TrafficSpec.Parser, OutboundPolicy.Parser);

    private static readonly Method<PortSpec, Server> GetPort =
        Methods.Unary(InboundApi.ServiceName, InboundApi.GetPort, PortSpec.Parser, Server.Parser);

    private readonly GrpcChannel _channel;

    private PolicyClient(GrpcChannel channel) => _channel = channel;

    /// <summary>Connects to the policy controller beside a destination controller.</summary>
    public static async Task<PolicyClient> ConnectAsync(ParseResult arguments, KubernetesClient client, CancellationToken cancellationToken) =>
        new(await ControllerChannel.ToDestinationAsync(arguments, client, Port, cancellationToken));

    /// <summary>What the proxy of <paramref name="workload"/> (<c>namespace:pod</c>) is told about an address.</summary>
    public Task<OutboundPolicy> OutboundAsync(string workload, System.Net.IPAddress address, int port, CancellationToken cancellationToken) =>
        CallAsync(GetOutbound, new TrafficSpec { SourceWorkload = workload, Addr = new() { Ip = Addresses.Of(address), Port = (uint)port } }, cancellationToken);

    /// <summary>The same; null where the controller knows nothing of the address.</summary>
    public async Task<OutboundPolicy?> FindOutboundAsync(string workload, System.Net.IPAddress address, int port, CancellationToken cancellationToken)
    {
        try
        {
            return await OutboundAsync(workload, address, port, cancellationToken);
        }
        catch (CliException e) when (e.InnerException is RpcException { Status.StatusCode: StatusCode.NotFound })
        {
            return null;
        }
    }

    /// <summary>What the proxy of <paramref name="workload"/> (<c>namespace:pod</c>) is told about a port of its own.</summary>
    public Task<Server> InboundAsync(string workload, int port, CancellationToken cancellationToken) =>
        CallAsync(GetPort, new PortSpec { Workload = workload, Port = (uint)port }, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    private async Task<TResponse> CallAsync<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var call = _channel.AsyncUnaryCall(method, ControllerChannel.Options(cancellationToken), request);
            return await call;
        }
        catch (RpcException e)
        {
            throw new CliException($"Policy API error: {e.Status.StatusCode}: {e.Status.Detail}", e);
        }
    }
}
