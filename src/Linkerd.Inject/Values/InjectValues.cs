using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

/// <summary>
/// What injection depends on: the chart's values by the chart's names, as they stand in ConfigMap <c>linkerd-config</c>.
/// Annotations of the namespace and the pod override them.
/// </summary>
public sealed record InjectValues
{
    /// <summary>Version of the mesh, and tag of images without one.</summary>
    public string LinkerdVersion { get; init; } = "0.1.0";

    /// <summary>DNS domain of the cluster.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>CIDRs of the cluster: profiles are looked up for addresses in them.</summary>
    public string ClusterNetworks { get; init; } = "10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16,fd00::/8";

    /// <summary>Trust domain; empty is <see cref="ClusterDomain"/>.</summary>
    public string IdentityTrustDomain { get; init; } = "";

    /// <summary>Trust anchors, PEM.</summary>
    [JsonPropertyName("identityTrustAnchorsPEM")]
    public string IdentityTrustAnchorsPem { get; init; } = "";

    /// <summary>Pull policy of images without one.</summary>
    public string ImagePullPolicy { get; init; } = "IfNotPresent";

    /// <summary>Whether the redirect is the CNI plugin's work, so that no linkerd-init is added. Default false.</summary>
    public bool CniEnabled { get; init; }

    /// <summary>Whether proxies speak IPv4 only. Default true.</summary>
    [JsonPropertyName("disableIPv6")]
    public bool DisableIpv6 { get; init; } = true;

    /// <summary>The proxy.</summary>
    public ProxyValues Proxy { get; init; } = new();

    /// <summary>linkerd-init.</summary>
    public ProxyInitValues ProxyInit { get; init; } = new();

    /// <summary>linkerd-network-validator.</summary>
    public NetworkValidatorValues NetworkValidator { get; init; } = new();

    /// <summary>Identity.</summary>
    public IdentityValues Identity { get; init; } = new();

    /// <summary>The debug container.</summary>
    public DebugContainerValues DebugContainer { get; init; } = new();

    /// <summary>The trust domain in effect.</summary>
    [JsonIgnore]
    public string EffectiveTrustDomain => IdentityTrustDomain.Length != 0 ? IdentityTrustDomain : ClusterDomain;

    /// <summary>The defaults, overlaid with <paramref name="overrides"/> as Helm overlays values: objects merge, all else is replaced.</summary>
    /// <exception cref="JsonException">A member has the wrong type; the message names its path.</exception>
    public static InjectValues From(JsonObject overrides)
    {
        var merged = new InjectValues().ToJson();
        Merge(merged, overrides);
        return merged.Deserialize(ValuesJsonContext.Default.InjectValues)!;
    }

    /// <summary>The values as the JSON of the chart's names.</summary>
    public JsonObject ToJson() => (JsonObject)JsonSerializer.SerializeToNode(this, ValuesJsonContext.Default.InjectValues)!;

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (key, value) in source)
        {
            if (value is JsonObject inner && target[key] is JsonObject existing)
                Merge(existing, inner);
            else if (value is not null)
                target[key] = value.DeepClone();
        }
    }
}
