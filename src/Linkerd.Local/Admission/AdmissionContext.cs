using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Auth;

namespace Linkerd.Local.Admission;

/// <summary>One write as admission sees it. Objects are in the stored form; <see cref="Object"/> may be replaced by mutation.</summary>
internal sealed class AdmissionContext
{
    public required ApiRequest Request { get; init; }

    public required AdmissionOperation Operation { get; init; }

    public required string Name { get; set; }

    public JsonObject? Object { get; set; }

    public JsonObject? OldObject { get; init; }

    /// <summary>The create, update, patch or delete options as an object.</summary>
    public JsonObject? Options { get; init; }

    public string Subresource { get; init; } = "";

    public ResourceInfo Resource => Request.Resource;

    public string Namespace => Request.Namespace;

    public UserInfo User => Request.User;
}
