using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema.OpenApi;

/// <summary>The paths of the documents, as far as clients read them: which kinds are where, and which parameters a patch takes.</summary>
internal static class OpenApiPaths
{
    // kubectl chooses the form of a patch by what is offered here.
    private static readonly string[] PatchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml"];
    private static readonly string[] CustomPatchTypes = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
    private static readonly string[] WriteParameters = ["dryRun", "fieldManager", "fieldValidation"];

    public static void Add(JsonObject paths, ResourceInfo resource, ResourceVersionInfo version, bool three)
    {
        var root = resource.Group.Length == 0 ? $"/api/{version.Name}" : $"/apis/{resource.Group}/{version.Name}";
        var list = resource.Namespaced ? $"{root}/namespaces/{{namespace}}/{resource.Plural}" : $"{root}/{resource.Plural}";
        var collection = new JsonObject();
        if (resource.Verbs.Contains("list")) collection["get"] = Operation("list", resource, version, three);
        if (resource.Verbs.Contains("create")) collection["post"] = Operation("post", resource, version, three);
        paths[list] = collection;
        if (!resource.Verbs.Contains("get")) return;
        var item = new JsonObject
        {
            ["get"] = Operation("get", resource, version, three),
            ["put"] = Operation("put", resource, version, three),
            ["patch"] = Operation("patch", resource, version, three),
            ["delete"] = Operation("delete", resource, version, three),
        };
        paths[$"{list}/{{name}}"] = item;
    }

    private static JsonObject Operation(string action, ResourceInfo resource, ResourceVersionInfo version, bool three)
    {
        var operation = new JsonObject
        {
            ["operationId"] = $"{action}{Pascal(resource.Group)}{Pascal(version.Name)}{resource.Kind}",
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiTypes.Kind(resource, version),
        };
        if (action is "post" or "put" or "patch" or "delete")
        {
            var parameters = new JsonArray();
            foreach (var name in WriteParameters)
            {
                if (action == "delete" && name != "dryRun") continue;
                var parameter = new JsonObject { ["name"] = name, ["in"] = "query" };
                if (three) parameter["schema"] = new JsonObject { ["type"] = "string" };
                else parameter["type"] = "string";
                parameters.Add((JsonNode)parameter);
            }
            operation["parameters"] = parameters;
        }
        var prefix = three ? OpenApiTypes.Components : OpenApiTypes.Definitions;
        var schema = new JsonObject { ["$ref"] = prefix + OpenApiTypes.NameOf(resource, version) };
        var ok = new JsonObject { ["description"] = "OK" };
        if (three) ok["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } };
        else ok["schema"] = schema;
        operation["responses"] = new JsonObject { ["200"] = ok };
        if (action == "patch") AddPatchTypes(operation, resource.IsCustom ? CustomPatchTypes : PatchTypes, three);
        return operation;
    }

    private static void AddPatchTypes(JsonObject operation, string[] types, bool three)
    {
        if (!three)
        {
            operation["consumes"] = Json.ArrayOf(types);
            return;
        }

        var content = new JsonObject();
        foreach (var type in types) content[type] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } };
        operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = content };
    }

    private static string Pascal(string text) => string.Concat(text.Split('.', '/').Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p[1..]));
}
