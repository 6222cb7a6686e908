using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>An answer that is not a success, as Kubernetes words it; becomes a <c>Status</c> object.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(int code, string reason, string message)
        : base(message)
    {
        Code = code;
        Reason = reason;
    }

    public int Code { get; }

    public string Reason { get; }

    /// <summary><c>details.name</c>, <c>details.group</c> and <c>details.kind</c> (a plural, or for 422 a kind).</summary>
    public (string Name, string Group, string Kind) Subject { get; init; } = ("", "", "");

    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    public int RetryAfterSeconds { get; init; }

    /// <summary>A Status that another server (a webhook) worded; sent as it is.</summary>
    public JsonObject? Verbatim { get; init; }

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException NotFound(ResourceInfo resource, string name) =>
        new(404, "NotFound", $"{resource.Qualified} \"{name}\" not found") { Subject = (name, resource.Group, resource.Plural) };

    public static ApiException NoSuchPath() => new(404, "NotFound", "the server could not find the requested resource");

    public static ApiException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    public static ApiException NotAcceptable() => new(406, "NotAcceptable",
        "only the following media types are accepted: application/json, application/yaml, application/json;as=Table;g=meta.k8s.io;v=v1");

    public static ApiException AlreadyExists(ResourceInfo resource, string name) =>
        new(409, "AlreadyExists", $"{resource.Qualified} \"{name}\" already exists") { Subject = (name, resource.Group, resource.Plural) };

    public static ApiException Conflict(ResourceInfo resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.Qualified} \"{name}\": {why}") { Subject = (name, resource.Group, resource.Plural) };

    public static ApiException Stale(ResourceInfo resource, string name) => Conflict(resource, name,
        "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException UnsupportedMediaType(string message) => new(415, "UnsupportedMediaType", message);

    public static ApiException Forbidden(ResourceInfo resource, string name, string why) =>
        new(403, "Forbidden", name.Length == 0 ? $"{resource.Qualified} is forbidden: {why}" : $"{resource.Qualified} \"{name}\" is forbidden: {why}")
        {
            Subject = (name, resource.Group, resource.Plural),
        };

    public static ApiException Internal(string message) => new(500, "InternalError", "Internal error occurred: " + message);

    public static ApiException Unavailable(string message) => new(503, "ServiceUnavailable", message);

    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var text = errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors) + "]";
        return new ApiException(422, "Invalid", $"{(group.Length == 0 ? kind : $"{kind}.{group}")} \"{name}\" is invalid: {text}")
        {
            Subject = (name, group, kind),
            Causes = errors.Select(e => new StatusCause(e.Reason, e.Body, e.Field)).ToList(),
        };
    }

    /// <summary>The <c>Status</c> object.</summary>
    public JsonObject ToStatus()
    {
        if (Verbatim is not null) return Verbatim;
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        var details = new JsonObject();
        if (Subject.Name.Length > 0) details["name"] = Subject.Name;
        if (Subject.Group.Length > 0) details["group"] = Subject.Group;
        if (Subject.Kind.Length > 0) details["kind"] = Subject.Kind;
        if (Causes.Count > 0) details["causes"] = CauseArray();
        if (RetryAfterSeconds > 0) details["retryAfterSeconds"] = JsonValue.Create((long)RetryAfterSeconds);
        if (details.Count > 0) status["details"] = details;
        status["code"] = JsonValue.Create((long)Code);
        return status;
    }

    private JsonArray CauseArray()
    {
        var causes = new JsonArray();
        foreach (var cause in Causes)
        {
            var node = new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message };
            if (cause.Field.Length > 0) node["field"] = cause.Field;
            causes.Add((JsonNode)node);
        }
        return causes;
    }
}
