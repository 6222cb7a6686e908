using Linkerd.Charts;
using Linkerd.Charts.Values;

namespace Linkerd.Cli.Commands.Install;

/// <summary>Renders the definitions of resources. Those of the Gateway API that exist and are not ours are left alone.</summary>
internal static class CrdRenderer
{
    private const string GatewayGroup = ".gateway.networking.k8s.io";
    private const string OwnLabel = "linkerd.io/control-plane-ns";

    private static readonly (string Plural, string Switch)[] GatewayKinds =
        [("httproutes", "enableHttpRoutes"), ("grpcroutes", "enableGrpcRoutes"), ("tlsroutes", "enableTlsRoutes"), ("tcproutes", "enableTcpRoutes")];

    /// <summary>All definitions to apply.</summary>
    /// <param name="cluster">Null renders for no cluster in particular: everything.</param>
    /// <param name="ns">Namespace of the control plane.</param>
    /// <param name="over">Values of the user.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<IReadOnlyList<Manifest>> RenderAsync(TargetCluster? cluster, string ns, ValueMap over, CancellationToken cancel)
    {
        var values = over.Copy();
        values.TryAdd("cliVersion", "linkerd/cli " + LinkerdVersion.Current);
        var capabilities = ClusterCapabilities.Default;
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> existing = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        if (cluster is not null)
        {
            existing = await cluster.DefinitionsAsync(cancel);
            capabilities = await cluster.CapabilitiesAsync(cancel);
        }

        foreach (var (plural, key) in GatewayKinds)
        {
            var foreign = existing.TryGetValue(plural + GatewayGroup, out var labels) && !labels.ContainsKey(OwnLabel);
            if (!over.ContainsKey(key) && !over.ContainsKey("installGatewayAPI"))
                values[key] = foreign ? "false" : "true";
        }

        var release = new ChartRelease { Name = "linkerd-crds", Namespace = ns };
        return Charts.Manifests.Of(new ChartRenderer(EmbeddedCharts.Crds, release, capabilities).Render(values));
    }

    /// <summary>The definitions that the control plane cannot do without and that are not there.</summary>
    public static async Task<IReadOnlyList<Manifest>> MissingAsync(TargetCluster cluster, string ns, CancellationToken cancel)
    {
        var existing = await cluster.DefinitionsAsync(cancel);
        var all = await RenderAsync(cluster, ns, [], cancel);
        return [.. all.Where(m => !existing.ContainsKey(m.Name))];
    }
}
