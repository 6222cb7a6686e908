using System.Text;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>What checks share: the client, and what one of them has read and others need.</summary>
internal sealed class CheckContext(CheckOptions options, Func<KubernetesClient> connect)
{
    private KubernetesClient? _client;
    private ValueMap? _values;

    public CheckOptions Options => options;

    public string Namespace => options.ControlPlaneNamespace;

    public KubernetesClient Client => _client ??= connect();

    /// <summary>The values that the control plane was installed with.</summary>
    public async Task<ValueMap> ValuesAsync(CancellationToken cancel)
    {
        if (_values is not null)
            return _values;
        var map = await Client.Resource(Resources.ConfigMaps, Namespace).FindAsync("linkerd-config", cancel)
            ?? throw new CheckException($"configmaps \"linkerd-config\" not found in namespace {Namespace}");
        _values = ValueMap.From(Effective(YamlReader.ReadMap(map.Data?.GetValueOrDefault("values") ?? "")).ToJson());
        return _values;
    }

    public async Task<List<T>> ListAsync<T>(ResourceType<T> type, string? ns, string? labels, CancellationToken cancel)
        where T : class
    {
        var items = new List<T>();
        await foreach (var item in Client.Resource(type, ns).ListAllAsync(new ListOptions { LabelSelector = labels }, cancel))
            items.Add(item);
        return items;
    }

    /// <summary>Pods of the control plane.</summary>
    public Task<List<Pod>> ControlPlanePodsAsync(CancellationToken cancel) => ListAsync(Resources.Pods, Namespace, "linkerd.io/control-plane-component", cancel);

    /// <summary>Meshed pods that are not the control plane's.</summary>
    public async Task<List<Pod>> DataPlanePodsAsync(CancellationToken cancel)
    {
        var pods = await ListAsync(Resources.Pods, options.DataPlaneNamespace, $"linkerd.io/control-plane-ns={Namespace}", cancel);
        return [.. pods.Where(p => p.Metadata.Labels?.ContainsKey("linkerd.io/control-plane-component") != true && p.Status?.Phase is not ("Succeeded" or "Failed"))];
    }

    public Task<string> SecretAsync(string name, string key, CancellationToken cancel) => SecretAsync(Namespace, name, key, cancel);

    public async Task<string> SecretAsync(string ns, string name, string key, CancellationToken cancel)
    {
        var secret = await Client.Resource(Resources.Secrets, ns).FindAsync(name, cancel) ?? throw new CheckException($"secrets \"{name}\" not found in namespace {ns}");
        return secret.Data?.GetValueOrDefault(key) is { } data ? Encoding.UTF8.GetString(data) : throw new CheckException($"secret {name} has no key {key}");
    }

    public async Task<string> TrustAnchorsAsync(CancellationToken cancel)
    {
        var map = await Client.Resource(Resources.ConfigMaps, Namespace).FindAsync("linkerd-identity-trust-roots", cancel)
            ?? throw new CheckException($"configmaps \"linkerd-identity-trust-roots\" not found in namespace {Namespace}");
        return map.Data?.GetValueOrDefault("ca-bundle.crt") ?? throw new CheckException("configmap linkerd-identity-trust-roots has no key ca-bundle.crt");
    }

    // Values of an older control plane lack what has been added since.
    private static ValueMap Effective(ValueMap stored) => ChartRenderer.Coalesce(EmbeddedCharts.ControlPlane, stored);
}
