namespace Linkerd.Local.Api;

/// <summary>What a request's path and method ask for, in the terms that RBAC and the handlers use.</summary>
internal sealed record RequestPath
{
    /// <summary>The lower-case verb: for resources get, list, watch, create, update, patch, delete, deletecollection; else the method.</summary>
    public required string Verb { get; init; }

    public bool IsResource { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>What follows the subresource, such as the path behind <c>services/NAME/proxy</c>.</summary>
    public string Rest { get; init; } = "";

    public required string Path { get; init; }

    public static RequestPath Parse(string method, string path, bool watch)
    {
        var plain = new RequestPath { Verb = method.ToLowerInvariant(), Path = path };
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = parts is ["api", ..] ? 2 : parts is ["apis", ..] ? 3 : int.MaxValue;
        if (parts.Length <= at) return plain;
        // The platform takes the verb from such a path, whatever the method: tap is asked for by POST.
        var prefixed = parts[at] == "watch" && parts.Length > at + 1;
        if (prefixed)
        {
            at++;
        }
        var request = plain with { IsResource = true, Group = parts[0] == "api" ? "" : parts[1], Version = parts[0] == "api" ? parts[1] : parts[2] };
        if (parts[at] == "namespaces" && parts.Length > at + 2 && parts[at + 2] is not ("status" or "finalize"))
        {
            request = request with { Namespace = parts[at + 1] };
            at += 2;
        }
        else if (parts[at] == "namespaces" && parts.Length > at + 1)
        {
            request = request with { Namespace = parts[at + 1] };
        }
        request = request with
        {
            Resource = parts[at],
            Name = parts.Length > at + 1 ? Uri.UnescapeDataString(parts[at + 1]) : "",
            Subresource = parts.Length > at + 2 ? parts[at + 2] : "",
            Rest = parts.Length > at + 3 ? string.Join('/', parts[(at + 3)..]) : "",
        };
        return request with { Verb = prefixed ? "watch" : ResourceVerb(method, request.Name.Length > 0, watch) };
    }

    private static string ResourceVerb(string method, bool named, bool watch) => method switch
    {
        "GET" or "HEAD" when watch => "watch",
        "GET" or "HEAD" => named ? "get" : "list",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => named ? "delete" : "deletecollection",
        _ => method.ToLowerInvariant(),
    };
}
