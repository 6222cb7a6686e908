using System.Text.Json.Nodes;

namespace Linkerd.Inject;

/// <summary>A resource as injection sees it: its kind, its metadata, and its pod template where it has one.</summary>
internal sealed class Workload
{
    private Workload(JsonObject resource, string kind)
    {
        Resource = resource;
        Kind = kind;
        Metadata = resource.Object("metadata");
        var template = kind switch
        {
            "pod" => resource,
            "cronjob" => resource.Object("spec").Object("jobTemplate").Object("spec").Object("template"),
            "deployment" or "replicationcontroller" or "replicaset" or "job" or "daemonset" or "statefulset" => resource.Object("spec").Object("template"),
            _ => null,
        };
        PathPrefix = kind switch { "pod" => "", "cronjob" => "/spec/jobTemplate/spec/template", _ => "/spec/template" };
        Template = template;
        PodMetadata = template.Object("metadata");
        PodSpec = template.Object("spec");
        PodAnnotations = PodMetadata.StringMap("annotations");
        PodLabels = PodMetadata.StringMap("labels");
    }

    public JsonObject Resource { get; }

    /// <summary>Lower case; empty when the document has none.</summary>
    public string Kind { get; }

    public JsonObject? Metadata { get; }

    public JsonObject? Template { get; }

    public JsonObject? PodMetadata { get; }

    public JsonObject? PodSpec { get; }

    /// <summary>JSON pointer of the pod template.</summary>
    public string PathPrefix { get; }

    public SortedDictionary<string, string> PodAnnotations { get; }

    public SortedDictionary<string, string> PodLabels { get; }

    public bool IsPod => Kind == "pod";

    public bool IsService => Kind == "service";

    public bool IsNamespace => Kind == "namespace";

    public bool HasPodTemplate => PodSpec is not null;

    public bool IsControlPlaneComponent => PodLabels.ContainsKey(Labels.ControlPlaneComponent);

    public string Name => (IsPod ? NameOf(PodMetadata) : Metadata.String("name")) ?? "";

    public string Namespace => Metadata.String("namespace") ?? "";

    /// <summary>Annotations of the pod template, or of the resource itself where it has none.</summary>
    public SortedDictionary<string, string> Annotations => HasPodTemplate ? PodAnnotations : Metadata.StringMap("annotations");

    public IEnumerable<JsonObject> AllContainers => PodSpec.Objects("initContainers").Concat(PodSpec.Objects("containers"));

    public static Workload Of(JsonObject resource, string? kind = null) =>
        new(resource, (kind ?? resource.String("kind") ?? "").ToLowerInvariant());

    private static string? NameOf(JsonObject? metadata) =>
        metadata.String("name") is { Length: > 0 } name ? name : metadata.String("generateName");
}
