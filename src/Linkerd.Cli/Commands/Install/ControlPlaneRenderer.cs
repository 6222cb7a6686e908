using System.Text;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;

namespace Linkerd.Cli.Commands.Install;

/// <summary>Renders the control plane, and beside it the values that differ from the defaults, which upgrade starts from.</summary>
internal static class ControlPlaneRenderer
{
    /// <summary>Secret and key with what was set at installation.</summary>
    public const string Overrides = "linkerd-config-overrides";

    // A key belongs in its own Secret alone, a webhook's certificate is made anew at every upgrade.
    private static readonly string[] NotKept =
    [
        "cliVersion", "linkerdVersion", "identityTrustAnchorsPEM", "identity.issuer.tls", "proxyInjector.crtPEM", "proxyInjector.keyPEM", "proxyInjector.caBundle",
        "profileValidator.crtPEM", "profileValidator.keyPEM", "profileValidator.caBundle", "policyValidator.crtPEM", "policyValidator.keyPEM", "policyValidator.caBundle",
    ];

    /// <summary>All objects in an order in which they can be applied.</summary>
    public static IReadOnlyList<Manifest> Render(ValueMap values, string ns, ClusterCapabilities capabilities, bool upgrade)
    {
        var own = values.Copy();
        own.TryAdd("cliVersion", "linkerd/cli " + LinkerdVersion.Current);
        own.TryAdd("linkerdVersion", LinkerdVersion.Current);
        var release = new ChartRelease { Name = "linkerd-control-plane", Namespace = ns, IsUpgrade = upgrade };
        var manifests = Charts.Manifests.Of(new ChartRenderer(EmbeddedCharts.ControlPlane, release, capabilities).Render(own)).ToList();
        manifests.Insert(manifests.FindLastIndex(m => m.Kind == "Secret") + 1, OverridesOf(values, ns));
        return manifests;
    }

    /// <summary>The default values with those for high availability over them where it is asked for.</summary>
    public static ValueMap HighAvailability() => EmbeddedCharts.ControlPlane.Values("values-ha.yaml");

    private static Manifest OverridesOf(ValueMap values, string ns)
    {
        var kept = values.Copy();
        foreach (var path in NotKept)
            Remove(kept, path);
        var content = new ValueMap
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new ValueMap
            {
                ["name"] = Overrides,
                ["namespace"] = ns,
                ["annotations"] = new ValueMap { ["linkerd.io/created-by"] = "linkerd/cli " + LinkerdVersion.Current },
                ["labels"] = new ValueMap { ["linkerd.io/control-plane-component"] = "controller", ["linkerd.io/control-plane-ns"] = ns },
            },
            ["data"] = new ValueMap { [Overrides] = Convert.ToBase64String(Encoding.UTF8.GetBytes(YamlWriter.Write(kept))) },
        };
        return new Manifest("linkerd-control-plane/" + Overrides, YamlWriter.Write(content), content);
    }

    private static void Remove(ValueMap values, string path)
    {
        var dot = path.LastIndexOf('.');
        var owner = dot < 0 ? values : values.Find(path[..dot]) as ValueMap;
        owner?.Remove(path[(dot + 1)..]);
    }
}
