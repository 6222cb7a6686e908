using Linkerd.Api.Destination;
using Linkerd.Api.Mapping;
using Linkerd.Api.Meta;
using System.Net;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A mesh for one scenario: a network, a control plane, and pods as the scenario adds them. Disposing it leaves nothing behind.</summary>
internal sealed class MeshFixture : IAsyncDisposable
{
    private readonly MeshNetwork _network = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private ControlPlane? _control;

    private MeshFixture()
    {
    }

    public MeshAuthority Authority { get; } = new();

    public ControlPlane Control => _control!;

    /// <param name="relayed">Proxies reach the control plane over links that a scenario can spoil.</param>
    public static async Task<MeshFixture> StartAsync(bool relayed = false)
    {
        var mesh = new MeshFixture();
        try
        {
            var (ns, address) = mesh._network.Add("control");
            mesh._control = await ControlPlane.StartAsync(mesh.Authority, ns, address, relayed);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>A pod without a proxy.</summary>
    public Pod AddPod(string name)
    {
        var (ns, address) = _network.Add(name);
        return Own(new Pod(name, ns, address));
    }

    /// <summary>A pod with firewall and proxy.</summary>
    public async Task<Pod> AddMeshedPodAsync(string name, params (string Name, string Value)[] environment)
    {
        var pod = AddPod(name);
        await pod.ProgramFirewallAsync();
        await pod.StartProxyAsync(Control, environment);
        return pod;
    }

    /// <summary>A pod with firewall and proxy, where the proxy runs under another command (<c>prlimit</c>, <c>env</c>).</summary>
    public async Task<Pod> AddMeshedPodAsync(string name, string[] wrapper, params (string Name, string Value)[] environment)
    {
        var pod = AddPod(name);
        pod.Wrapper = wrapper;
        await pod.ProgramFirewallAsync();
        await pod.StartProxyAsync(Control, environment);
        return pod;
    }

    /// <summary>What the scenario has given the mesh to own.</summary>
    public IEnumerable<T> Parts<T>() => _parts.OfType<T>().ToArray();

    /// <summary>Ends with the mesh.</summary>
    public T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    /// <summary>A Service: an address that policy and profile know, and endpoints by its name.</summary>
    public void AddService(string name, string clusterIp, int port, IEnumerable<WeightedAddr> endpoints, bool opaque = false)
    {
        var host = $"{name}.test.svc.cluster.local";
        Control.Destination.Endpoints.Set($"{host}:{port}", [.. endpoints]);
        Control.Destination.Profiles.Set($"{clusterIp}:{port}", new DestinationProfile
        {
            FullyQualifiedName = host,
            OpaqueProtocol = opaque,
            RetryBudget = new RetryBudget { RetryRatio = 0.2f, MinRetriesPerSecond = 10, Ttl = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(10)) },
            ParentRef = new Metadata { Resource = new Resource { Group = "core", Kind = "Service", Name = name, Namespace = "test", Port = (uint)port } },
        });
        Control.Policy.Outbound.Set($"{clusterIp}:{port}", Policies.Service(name, host, port, opaque));
    }

    /// <summary>A Service that is only known by name, as one of another cluster to an ingress or a gateway: <c>name.test.svc.cluster.local:port</c>.</summary>
    public void AddNamedService(string name, int port, IEnumerable<WeightedAddr> endpoints, bool opaque = false)
    {
        var host = $"{name}.test.svc.cluster.local";
        Control.Destination.Endpoints.Set($"{host}:{port}", [.. endpoints]);
        Control.Destination.Profiles.Set($"{host}:{port}", new DestinationProfile { FullyQualifiedName = host, OpaqueProtocol = opaque });
        Control.Policy.Outbound.Set($"{host}:{port}", Policies.Service(name, host, port, opaque));
    }

    /// <summary>A pod's port as the destination controller words it.</summary>
    public static WeightedAddr Endpoint(Pod pod, int port, bool opaque = false, bool v6 = false)
    {
        var endpoint = new WeightedAddr
        {
            Addr = Addresses.ToWire(new IPEndPoint(v6 ? pod.AddressV6 : pod.Address, port)),
            Weight = 10000,
            MetricLabels = { ["pod"] = pod.Name, ["deployment"] = pod.Name },
            ResourceRef = new Metadata { Resource = new Resource { Kind = "Pod", Name = pod.Name, Namespace = "test" } },
        };
        if (pod.Proxy is null)
            return endpoint;
        endpoint.TlsIdentity = new TlsIdentity { DnsLikeIdentity = new() { Name = pod.Identity }, ServerName = new() { Name = pod.Identity } };
        endpoint.ProtocolHint = new ProtocolHint { OpaqueTransport = new() { InboundPort = 4143 } };
        if (opaque)
            endpoint.ProtocolHint.Opaque = new();
        else
            endpoint.ProtocolHint.H2 = new();
        return endpoint;
    }

    /// <summary>What every proxy has logged: for messages of failing tests.</summary>
    public string Logs() => string.Concat(_parts.OfType<Pod>().Where(p => p.Proxy is not null).Select(p => $"--- {p.Name}\n{p.Proxy!.Log}\n"));

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        if (_control is not null)
            await _control.DisposeAsync();
        _network.Dispose();
        Authority.Dispose();
    }
}
