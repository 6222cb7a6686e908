using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Viz.Web.Data;

namespace Linkerd.Viz.Tests.Web;

/// <summary>Policy resources from YAML.</summary>
internal sealed class FixedPolicies(string yaml) : IPolicySource
{
    public Task<IReadOnlyList<JsonObject>> InAsync(string ns, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<JsonObject>>([.. KubernetesYaml.ReadAll(yaml).OfType<JsonObject>()]);
}
