using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Auth;

/// <summary>Who asks: the name and groups that RBAC matches.</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups)
{
    public string Uid { get; init; } = "";

    public IReadOnlyDictionary<string, string[]> Extra { get; init; } = new Dictionary<string, string[]>();

    /// <summary>The form that webhooks and reviews carry.</summary>
    public JsonObject ToJson()
    {
        var node = new JsonObject { ["username"] = Name };
        if (Uid.Length > 0) node["uid"] = Uid;
        if (Groups.Count > 0) node["groups"] = Json.ArrayOf(Groups);
        if (Extra.Count == 0) return node;
        var extra = new JsonObject();
        foreach (var (key, values) in Extra) extra[key] = Json.ArrayOf(values);
        node["extra"] = extra;
        return node;
    }
}
