using System.Text.Json.Nodes;
using Linkerd.Components.Webhooks;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Controller.Injector;

/// <summary>The values that injection starts from: ConfigMap <c>linkerd-config</c> with the mounted trust anchors, both followed.</summary>
internal sealed class InjectorConfig(string valuesPath, string trustRootsPath, TimeProvider time)
{
    private readonly ReloadingFile<InjectValues> _values = new(valuesPath, ParseValues, time);
    private readonly ReloadingFile<string> _anchors = new(trustRootsPath, static text => text, time);

    /// <exception cref="InvalidDataException">A file cannot be read.</exception>
    public InjectValues Current => _values.Value with { IdentityTrustAnchorsPem = _anchors.Value };

    private static InjectValues ParseValues(string yaml) =>
        KubernetesYaml.Read(yaml) is JsonObject values ? InjectValues.From(values) : throw new FormatException("a YAML mapping of values is expected");
}
