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

    // The links stand where proxies connect to; what they lead to listens next door.
    private const int Aside = 10_000;

    private readonly List<GrpcServer> _servers = [];

    private readonly bool _relayed;

    private ControlPlane(MeshAuthority authority, IPAddress address, bool relayed)
    {
        Authority = authority;
        Address = address;
        _relayed = relayed;
        Trust = new MeshTrust(authority);
        Identity = new IdentityScript(Trust);
    }

    public MeshAuthority Authority { get; }

    public IPAddress Address { get; }

    /// <summary>Who signs, and whom is trusted.</summary>
    public MeshTrust Trust { get; }

    /// <summary>The links to identity, destination and policy, in this order; empty unless the mesh was asked for them.</summary>
    public List<FaultyRelay> Links { get; } = [];

    /// <summary>Sets what every link does.</summary>
    public LinkState LinkState
    {
        set => Links.ForEach(link => link.State = value);
    }

    /// <summary>The name that a component's certificate carries; null: its own.</summary>
    public string? ImpostorName { get; set; }

    public IdentityScript Identity { get; }

    public DestinationScript Destination { get; } = new();

    public PolicyScript Policy { get; } = new();

    /// <summary>The identity of a control-plane component.</summary>
    public static string IdentityOf(string component) => $"linkerd-{component}.linkerd.serviceaccount.identity.linkerd.cluster.local";

    public static async Task<ControlPlane> StartAsync(MeshAuthority authority, NetworkNamespace ns, IPAddress address, bool relayed = false)
    {
        var plane = new ControlPlane(authority, address, relayed);
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

    /// <summary>Another way to a component, from the address of a pod.</summary>
    public FaultyRelay LinkAt(Pod pod, int port) => FaultyRelay.Start(pod.Namespace, new IPEndPoint(pod.Address, port), new IPEndPoint(Address, port + Aside));

    public async ValueTask DisposeAsync()
    {
        foreach (var link in Links)
            await link.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private async Task ServeAsync(NetworkNamespace ns, int port, string component, Action<IEndpointRouteBuilder> map)
    {
        var endPoint = new IPEndPoint(Address, _relayed ? port + Aside : port);
        if (_relayed)
            Links.Add(FaultyRelay.Start(ns, new IPEndPoint(Address, port), endPoint));
        _servers.Add(await GrpcServer.StartAsync(
            new GrpcServerSettings
            {
                EndPoint = endPoint,
                Listener = ns.Listen(endPoint),
                ShutdownTimeout = TimeSpan.FromSeconds(1),
                ConfigureListener = listen => listen.Use(MeshTls.Terminate(Trust, () => ImpostorName ?? IdentityOf(component))),
            },
            map));
    }
}
