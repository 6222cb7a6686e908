using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>Makes the <c>Table</c> objects that <c>kubectl get</c> prints.</summary>
internal static class Tables
{
    public static JsonObject Create(
        ApiCore core, ApiRequest request, IReadOnlyList<JsonObject> nodes, string? version, string? token, long? remaining, bool withColumns)
    {
        var columns = TableColumns.For(request.Resource, request.Version);
        var metadata = new JsonObject();
        if (version is not null) metadata["resourceVersion"] = version;
        if (token is not null) metadata["continue"] = token;
        if (remaining is { } count) metadata["remainingItemCount"] = JsonValue.Create(count);
        var definitions = new JsonArray();
        if (withColumns)
            foreach (var column in columns) definitions.Add((JsonNode)column.Definition());
        var rows = new JsonArray();
        var include = request.Query("includeObject");
        foreach (var node in nodes)
        {
            var cells = new JsonArray();
            foreach (var column in columns) cells.Add(column.Cell(node, core.Clock.GetUtcNow()));
            var row = new JsonObject { ["cells"] = cells };
            if (include == "Object") row["object"] = node.DeepClone();
            else if (include != "None") row["object"] = ReadOperations.Partial(node, request);
            rows.Add((JsonNode)row);
        }
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/" + Negotiation.MetaVersion(request.Http.Request),
            ["metadata"] = metadata,
            ["columnDefinitions"] = definitions,
            ["rows"] = rows,
        };
    }
}
