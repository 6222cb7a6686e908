using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>An object whose spec must be handed on whole, such as one with a pod template: nothing that we do not know gets lost.</summary>
internal sealed record Workload : KubernetesObject
{
    public JsonObject? Spec { get; set; }

    public JsonObject? Status { get; set; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }

    /// <summary>A number of the spec, or the default.</summary>
    public int SpecNumber(string name, int otherwise) => Spec?[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : otherwise;

    /// <summary>A text of the spec, or null.</summary>
    public string? SpecText(string name) => Spec?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A number of the status, 0 when it is not there.</summary>
    public int StatusNumber(string name) => Status?[name] is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;

    /// <summary>The label selector of the spec.</summary>
    public LabelSelector? Selector => Spec?["selector"] is JsonObject selector ? selector.Deserialize(Linkerd.Kubernetes.KubernetesJson.Default.LabelSelector) : null;
}
