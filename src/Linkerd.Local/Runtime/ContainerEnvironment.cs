using System.Globalization;
using System.Text;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Images;

namespace Linkerd.Local.Runtime;

/// <summary>The variables of a container: the image's, those of Services, envFrom, env; a later one replaces an earlier one.</summary>
internal sealed class ContainerEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private readonly NodeContext _node;
    private readonly Pod _pod;
    private readonly DownwardFields _fields;
    private readonly Dictionary<string, string> _values = [];
    private readonly List<string> _order = [];

    private ContainerEnvironment(NodeContext node, Pod pod, DownwardFields fields)
    {
        _node = node;
        _pod = pod;
        _fields = fields;
    }

    /// <summary>The result, in the order of definition.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => [.. _order.Select(name => KeyValuePair.Create(name, _values[name]))];

    /// <summary>Works everything out; reads the ConfigMaps and Secrets that are named.</summary>
    /// <exception cref="PodSpecException">Something that is named and not optional is not there.</exception>
    public static async Task<ContainerEnvironment> BuildAsync(
        NodeContext node, Pod pod, Container container, ContainerImage image, DownwardFields fields, string hostName, CancellationToken cancel)
    {
        var result = new ContainerEnvironment(node, pod, fields);
        result.Set("PATH", DefaultPath);
        result.Set("HOSTNAME", hostName);
        foreach (var variable in image.Environment)
        {
            var equal = variable.IndexOf('=', StringComparison.Ordinal);
            if (equal > 0)
                result.Set(variable[..equal], variable[(equal + 1)..]);
        }

        result.AddServices();
        foreach (var source in container.EnvFrom ?? [])
            await result.AddFromAsync(source, cancel);
        foreach (var variable in container.Env ?? [])
            await result.AddAsync(variable, container, cancel);
        if (!result._values.ContainsKey("HOME"))
            result.Set("HOME", "/root");
        return result;
    }

    /// <summary>Expands <c>$(NAME)</c> with these variables.</summary>
    public string Expand(string text) => VariableExpansion.Expand(text, name => _values.GetValueOrDefault(name));

    private void Set(string name, string value)
    {
        if (!_values.ContainsKey(name))
            _order.Add(name);
        _values[name] = value;
    }

    private async Task AddAsync(EnvVar variable, Container container, CancellationToken cancel)
    {
        if (variable.Name is not { Length: > 0 } name)
            return;
        var from = variable.ValueFrom;
        var value = from switch
        {
            null => Expand(variable.Value ?? ""),
            { FieldRef: { } field } => _fields.Field(field.FieldPath),
            { ResourceFieldRef: { } resource } => _fields.Resource(resource, container),
            { ConfigMapKeyRef: { } key } => await KeyAsync(key, secret: false, cancel),
            { SecretKeyRef: { } key } => await KeyAsync(key, secret: true, cancel),
            _ => "",
        };
        if (value is not null)
            Set(name, value);
    }

    private async Task<string?> KeyAsync(KeySelector selector, bool secret, CancellationToken cancel)
    {
        var kind = secret ? "secret" : "configmap";
        var data = await ReadAsync(selector.Name ?? "", secret, cancel);
        if (data is null && selector.Optional != true)
            throw new PodSpecException($"{kind} \"{selector.Name}\" not found");
        if (data is not null && data.TryGetValue(selector.Key ?? "", out var value))
            return value;
        return selector.Optional == true ? null : throw new PodSpecException($"couldn't find key {selector.Key} in {kind} {_pod.Metadata.Namespace}/{selector.Name}");
    }

    private async Task AddFromAsync(EnvFromSource source, CancellationToken cancel)
    {
        var secret = source.SecretRef is not null;
        var reference = source.SecretRef ?? source.ConfigMapRef;
        if (reference?.Name is not { } name)
            return;
        var data = await ReadAsync(name, secret, cancel);
        if (data is null && reference.Optional != true)
            throw new PodSpecException($"{(secret ? "secret" : "configmap")} \"{name}\" not found");
        foreach (var (key, value) in data ?? [])
            Set(source.Prefix + key, value);
    }

    private async Task<Dictionary<string, string>?> ReadAsync(string name, bool secret, CancellationToken cancel)
    {
        var ns = _pod.Metadata.Namespace!;
        if (secret)
        {
            var found = await _node.Client.Resource(Resources.Secrets, ns).FindAsync(name, cancel);
            return found is null ? null : (found.Data ?? new Dictionary<string, byte[]>()).ToDictionary(static d => d.Key, static d => Encoding.UTF8.GetString(d.Value));
        }

        var map = await _node.Client.Resource(Resources.ConfigMaps, ns).FindAsync(name, cancel);
        return map is null ? null : (map.Data ?? new Dictionary<string, string>()).ToDictionary(static d => d.Key, static d => d.Value);
    }

    // The API server's Service always, those of the pod's own namespace unless it does not want them.
    private void AddServices()
    {
        foreach (var service in _node.Services.Items.OrderBy(static s => s.Metadata.Name, StringComparer.Ordinal))
        {
            var api = service.Metadata is { Namespace: "default", Name: "kubernetes" };
            if (!api && (service.Metadata.Namespace != _pod.Metadata.Namespace || _pod.Spec?.EnableServiceLinks == false))
                continue;
            if (service.Spec is not { ClusterIP: { Length: > 0 } address and not "None", Ports: [var first, ..] ports })
                continue;
            var prefix = service.Metadata.Name!.ToUpperInvariant().Replace('-', '_');
            Set(prefix + "_SERVICE_HOST", address);
            Set(prefix + "_SERVICE_PORT", Number(first.Port));
            foreach (var port in ports.Where(static p => p.Name is { Length: > 0 }))
                Set($"{prefix}_SERVICE_PORT_{port.Name!.ToUpperInvariant().Replace('-', '_')}", Number(port.Port));
            var protocol = (first.Protocol ?? "TCP").ToLowerInvariant();
            Set(prefix + "_PORT", $"{protocol}://{address}:{Number(first.Port)}");
        }
    }

    private static string Number(int? value) => (value ?? 0).ToString(CultureInfo.InvariantCulture);
}
