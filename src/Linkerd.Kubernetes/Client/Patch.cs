using System.Text;
using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes;

/// <summary>A change to an object, in one of the forms that the API server takes.</summary>
public sealed class Patch
{
    private Patch(string contentType, string body)
    {
        ContentType = contentType;
        Body = body;
    }

    /// <summary>Media type of the patch.</summary>
    public string ContentType { get; }

    internal string Body { get; }

    /// <summary>JSON patch (RFC 6902).</summary>
    public static Patch Json(JsonPatch patch)
    {
        ArgumentNullException.ThrowIfNull(patch);
        return new Patch("application/json-patch+json", Encoding.UTF8.GetString(patch.ToUtf8Bytes()));
    }

    /// <summary>JSON merge patch (RFC 7386): null removes, lists are replaced.</summary>
    public static Patch Merge(JsonNode patch) => new("application/merge-patch+json", patch.ToJsonString());

    /// <summary>Strategic merge patch: lists are merged by the keys of the type; not for custom resources.</summary>
    public static Patch Strategic(JsonNode patch) => new("application/strategic-merge-patch+json", patch.ToJsonString());

    /// <summary>Server-side apply; needs <see cref="WriteOptions.FieldManager"/>.</summary>
    public static Patch Apply(JsonNode configuration) => new("application/apply-patch+yaml", configuration.ToJsonString());
}
