using System.Text;
using Linkerd.Local.Auth;
using Linkerd.Local.Schema;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Local.Api;

/// <summary>One request on its way through the server: path, user, parameters, and what the answer must warn about.</summary>
internal sealed class ApiRequest(HttpContext http, RequestPath path)
{
    public HttpContext Http { get; } = http;

    public RequestPath Path { get; } = path;

    public UserInfo User { get; set; } = new("system:anonymous", ["system:unauthenticated"]);

    /// <summary>Set once the resource is known.</summary>
    public ResourceInfo Resource { get; set; } = null!;

    /// <summary>The version in which the client talks.</summary>
    public ResourceVersionInfo Version { get; set; } = null!;

    public string Namespace => Path.Namespace;

    public string Name => Path.Name;

    public CancellationToken Cancellation => Http.RequestAborted;

    public List<string> Warnings { get; } = [];

    /// <summary>The key of an object in the store.</summary>
    public string Key => KeyOf(Name);

    /// <summary>Nothing is stored: <c>dryRun=All</c>, in the query or in the delete options.</summary>
    public bool DryRun { get; set; }

    public string KeyOf(string name) => Resource.Namespaced ? $"{Namespace}/{name}" : name;

    public string Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[^1] ?? "" : "";

    public bool Flag(string name) => Query(name) is "true" or "1" or "True" or "t";

    public long? Number(string name)
    {
        var text = Query(name);
        if (text.Length == 0) return null;
        return long.TryParse(text, out var number) ? number : throw ApiException.BadRequest($"invalid value \"{text}\" for parameter {name}: must be an integer");
    }

    public void ReadDryRun()
    {
        var text = Query("dryRun");
        if (text is not ("" or "All"))
            throw ApiException.Invalid("meta.k8s.io", Path.Verb switch { "create" => "CreateOptions", "patch" => "PatchOptions", "update" => "UpdateOptions", _ => "DeleteOptions" },
                "", [FieldError.Unsupported("dryRun", text, "All")]);
        DryRun |= text == "All";
    }

    public void Warn(string text)
    {
        if (Warnings.Count < 32) Warnings.Add(text);
    }

    /// <summary>Puts the warnings into the head; must come before the body.</summary>
    public void WriteWarnings()
    {
        foreach (var warning in Warnings)
        {
            var text = new StringBuilder("299 - \"");
            foreach (var c in warning)
            {
                if (c is '"' or '\\') text.Append('\\');
                text.Append(c is >= ' ' and < (char)127 ? c : '?');
            }
            Http.Response.Headers.Append("Warning", text.Append('"').ToString());
        }
        Warnings.Clear();
    }
}
