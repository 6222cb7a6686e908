using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes.Models;

/// <summary>An operation that waits for admission.</summary>
public sealed record AdmissionRequest
{
    public string? Uid { get; set; }
    public GroupVersionKind? Kind { get; set; }
    public GroupVersionResourceName? Resource { get; set; }
    public string? SubResource { get; set; }
    public GroupVersionKind? RequestKind { get; set; }
    public string? Name { get; set; }
    public string? Namespace { get; set; }
    public string? Operation { get; set; }
    public UserInfo? UserInfo { get; set; }
    public JsonObject? Object { get; set; }
    public JsonObject? OldObject { get; set; }
    public JsonObject? Options { get; set; }
    public bool? DryRun { get; set; }
}
