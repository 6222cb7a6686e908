using System.Net;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Grpc.AspNetCore;
using Microsoft.AspNetCore.Routing;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A control plane that says what a scenario tells it to: identity, destination and policy in a pod of their own, behind mTLS.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    public const int IdentityPort = 8080;
    public const int DestinationPort = 8086;
    public const int PolicyPort = 8090;

    private readonly List<GrpcServer> _servers = [];

    private ControlPlane(MeshAuthority authority, IPAddress address)
    {
        Authority = authority;
        Address = address;
        Identity = new IdentityScript(authority);
    }

    public MeshAuthority Authority { get; }

    public IPAddress Address { get; }

    public IdentityScript Identity { get; }

    public DestinationScript Destination { get; } = new();

    public PolicyScript Policy { get; } = new();

    /// <summary>The identity of a control-plane component.</summary>
    public static string IdentityOf(string component) => $"linkerd-{component}.linkerd.serviceaccount.identity.linkerd.cluster.local";

    public static async Task<ControlPlane> StartAsync(MeshAuthority authority, NetworkNamespace ns, IPAddress address)
    {
        var plane = new ControlPlane(authority, address);
        await plane.ServeAsync(ns, IdentityPort, "identity", plane.Identity.Map);
        await plane.ServeAsync(ns, DestinationPort, "destination", plane.Destination.Map);
        await plane.ServeAsync(ns, PolicyPort, "destination", plane.Policy.Map);
        return plane;
    }

    /// <summary>The environment that makes a proxy use this control plane.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment()
    {
        yield return new("LINKERD2_PROXY_IDENTITY_SVC_ADDR", $"{Address}:{IdentityPort}");
        yield return new("LINKERD2_PROXY_IDENTITY_SVC_NAME", IdentityOf("identity"));
        yield return new("LINKERD2_PROXY_DESTINATION_SVC_ADDR", $"{Address}:{DestinationPort}");
        yield return new("LINKERD2_PROXY_DESTINATION_SVC_NAME", IdentityOf("destination"));
        yield return new("LINKERD2_PROXY_POLICY_SVC_ADDR", $"{Address}:{PolicyPort}");
        yield return new("LINKERD2_PROXY_POLICY_SVC_NAME", IdentityOf("destination"));
        yield return new("LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", Authority.Anchor.ExportCertificatePem());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private async Task ServeAsync(NetworkNamespace ns, int port, string component, Action<IEndpointRouteBuilder> map)
    {
        var endPoint = new IPEndPoint(Address, port);
        var certificate = Authority.Issue(IdentityOf(component));
        _servers.Add(await GrpcServer.StartAsync(
            new GrpcServerSettings
            {
                EndPoint = endPoint,
                Listener = ns.Listen(endPoint),
                ShutdownTimeout = TimeSpan.FromSeconds(1),
                ConfigureListener = listen => listen.Use(MeshTls.Terminate(Authority, certificate)),
            },
            map));
    }
}
