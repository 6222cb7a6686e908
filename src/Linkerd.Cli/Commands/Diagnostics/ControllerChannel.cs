using System.CommandLine;
using Linkerd.Cli.Pods;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary>gRPC to a control-plane pod, through a port-forward.</summary>
internal static class ControllerChannel
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary><c>--destination-pod</c>.</summary>
    public static Option<string?> PodOption { get; } = new("--destination-pod") { Description = "Target a specific destination Pod when there are multiple running" };

    /// <summary>A channel to <paramref name="port"/> of a destination pod, or of the one that the flag names.</summary>
    /// <exception cref="CliException">There is no such pod.</exception>
    public static async Task<GrpcChannel> ToDestinationAsync(ParseResult arguments, KubernetesClient client, int port, CancellationToken cancellationToken)
    {
        var ns = arguments.GetValue(GlobalOptions.LinkerdNamespace)!;
        var pods = await MeshedPods.SelectAsync(client, ns, "linkerd.io/control-plane-component=destination", cancellationToken);
        var wanted = arguments.GetValue(PodOption);
        var pod = pods.FirstOrDefault(p => wanted is null || p.Metadata.Name == wanted)
            ?? throw new CliException(wanted is null
                ? $"no running destination pod in namespace {ns}: is Linkerd installed there? Name its namespace with -L"
                : $"no running destination pod {wanted} in namespace {ns}; there are: {string.Join(", ", pods.Select(p => p.Metadata.Name))}");
        return GrpcChannel.ForAddress($"http://localhost:{port}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancel) => await client.PortForwardAsync(ns, pod.Metadata.Name!, port, cancel),
            },
        });
    }

    /// <summary>What a call may take.</summary>
    public static CallOptions Options(CancellationToken cancellationToken) => new(Timeout: Timeout, CancellationToken: cancellationToken);
}
