using System.Text.Json.Nodes;

namespace Linkerd.Cli.Profiles;

/// <summary>A ServiceProfile as a manifest. Keys stand in alphabetical order, as kubectl writes them.</summary>
public static class ProfileDocument
{
    /// <summary>The group and version of ServiceProfiles.</summary>
    public const string ApiVersion = "linkerd.io/v1alpha2";

    /// <summary>The manifest of a profile with <paramref name="routes"/>.</summary>
    public static JsonObject Of(ProfileName name, IEnumerable<ProfileRoute> routes) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = "ServiceProfile",
        ["metadata"] = new JsonObject { ["creationTimestamp"] = null, ["name"] = name.Authority, ["namespace"] = name.Namespace },
        ["spec"] = new JsonObject { ["routes"] = new JsonArray([.. routes.Select(JsonNode (r) => Route(r))]) },
    };

    private static JsonObject Route(ProfileRoute route)
    {
        var json = new JsonObject { ["condition"] = new JsonObject { ["method"] = route.Method, ["pathRegex"] = route.PathRegex } };
        if (route.IsRetryable)
            json["isRetryable"] = true;
        json["name"] = route.Name;
        if (route.ResponseClasses.Count > 0)
            json["responseClasses"] = new JsonArray([.. route.ResponseClasses.Select(JsonNode (c) => Class(c))]);
        if (route.Timeout.Length > 0)
            json["timeout"] = route.Timeout;
        return json;
    }

    private static JsonObject Class(StatusClass status)
    {
        var json = new JsonObject { ["condition"] = new JsonObject { ["status"] = new JsonObject { ["max"] = status.Max, ["min"] = status.Min } } };
        if (status.IsFailure)
            json["isFailure"] = true;
        return json;
    }
}
