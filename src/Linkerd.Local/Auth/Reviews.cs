using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Auth;

/// <summary>The reviews of the authentication and authorization groups, and TokenRequest.</summary>
internal sealed class Reviews(ApiCore core, ReadOperations read)
{
    private const long ShortestToken = 600;
    private const long LongestToken = 1L << 32;
    private const long DefaultToken = 3600;

    /// <summary>Answers a created review with its status filled.</summary>
    public async Task CreateAsync(ApiRequest request)
    {
        request.ReadDryRun();
        var node = await ObjectDecoder.ReadAsync(request);
        node["apiVersion"] = request.Resource.ApiVersion(request.Version.Name);
        node["status"] = request.Resource.Plural switch
        {
            "tokenreviews" => ReviewToken(node.Obj("spec")),
            "selfsubjectreviews" => new JsonObject { ["userInfo"] = request.User.ToJson() },
            "selfsubjectaccessreviews" => Decide(request.User, node.Obj("spec")),
            "subjectaccessreviews" => Decide(UserOf(node.Obj("spec")), node.Obj("spec")),
            "localsubjectaccessreviews" => DecideLocal(request, node.Obj("spec")),
            "selfsubjectrulesreviews" => Rules(request.User, node.Obj("spec").Str("namespace") ?? ""),
            _ => throw ApiException.MethodNotAllowed(),
        };
        await ResponseWriter.WriteAsync(request, 201, node);
    }

    /// <summary>Issues a token for the service account in the path.</summary>
    public async Task IssueTokenAsync(ApiRequest request)
    {
        request.ReadDryRun();
        var body = await BodyReader.ReadObjectAsync(request);
        var spec = body.Child("spec");
        var account = read.Find(request).Node;
        var seconds = spec.Long("expirationSeconds") ?? DefaultToken;
        if (seconds is < ShortestToken or > LongestToken)
            throw ApiException.Invalid("authentication.k8s.io", "TokenRequest", "", [FieldError.Invalid("spec.expirationSeconds", seconds.ToString(),
                seconds < ShortestToken ? "may not specify a duration less than 10 minutes" : "may not specify a duration larger than 2^32 seconds")]);
        var audiences = spec.Arr("audiences").Strings().ToArray();
        if (audiences.Length == 0) audiences = [.. core.Tokens.ApiAudiences];
        var bound = Bound(request, spec.Obj("boundObjectRef"));
        var (token, expires) = core.Tokens.Issue(request.Namespace, request.Name, account.Obj("metadata").Str("uid") ?? "", audiences, TimeSpan.FromSeconds(Math.Min(seconds, 86400L * 365)), bound);
        spec["audiences"] = Json.ArrayOf(audiences);
        spec["expirationSeconds"] = JsonValue.Create(seconds);
        body["kind"] = "TokenRequest";
        body["apiVersion"] = "authentication.k8s.io/v1";
        body["metadata"] = new JsonObject { ["name"] = request.Name, ["namespace"] = request.Namespace, ["creationTimestamp"] = core.Now() };
        body["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = ApiCore.Timestamp(expires) };
        await ResponseWriter.WriteAsync(request, 201, body);
    }

    private JsonObject? Bound(ApiRequest request, JsonObject? reference)
    {
        if (reference is null) return null;
        var kind = reference.Str("kind") ?? "";
        var name = reference.Str("name") ?? "";
        if (kind is not ("Pod" or "Secret"))
            throw ApiException.BadRequest($"cannot bind token for serviceaccount \"{request.Name}\" to object reference \"{kind}\": only Pod and Secret can be bound");
        var plural = kind.ToLowerInvariant() + "s";
        var found = core.Find("", plural, request.Namespace, name) ?? throw ApiException.NotFound(core.Registry.Get("", plural), name);
        var uid = found.Node.Obj("metadata").Str("uid");
        if (reference.Str("uid") is { Length: > 0 } wanted && wanted != uid)
            throw ApiException.Conflict(core.Registry.Get("", plural), name, $"the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated");
        if (kind == "Pod" && (found.Node.Obj("spec").Str("serviceAccountName") ?? "default") != request.Name)
            throw ApiException.BadRequest($"cannot bind token for serviceaccount \"{request.Name}\" to pod running with different serviceaccount name.");
        return new JsonObject { ["kind"] = kind, ["name"] = name, ["uid"] = uid };
    }

    private JsonObject ReviewToken(JsonObject? spec)
    {
        var audiences = spec.Arr("audiences").Strings().ToArray();
        var user = core.Tokens.Authenticate(spec.Str("token") ?? "", audiences.Length == 0 ? core.Tokens.ApiAudiences : audiences, out var matched, out var fault);
        if (user is null) return new JsonObject { ["user"] = new JsonObject(), ["error"] = $"[invalid bearer token, {fault}]" };
        return new JsonObject { ["authenticated"] = true, ["user"] = user.ToJson(), ["audiences"] = Json.ArrayOf(matched) };
    }

    private JsonObject DecideLocal(ApiRequest request, JsonObject? spec)
    {
        if (spec.Obj("resourceAttributes").Str("namespace") != request.Namespace)
            throw ApiException.Invalid(request.Resource.Group, request.Resource.Kind, "", [FieldError.InvalidText("spec.resourceAttributes.namespace", spec.Obj("resourceAttributes").Str("namespace"), "must match metadata.namespace")]);
        return Decide(UserOf(spec), spec);
    }

    private JsonObject Decide(UserInfo user, JsonObject? spec)
    {
        if (spec?["resourceAttributes"] is null == spec?["nonResourceAttributes"] is null)
            throw ApiException.Invalid("authorization.k8s.io", "SubjectAccessReview", "", [FieldError.Invalid("spec.resourceAttributes", "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified")]);
        var question = spec.Obj("resourceAttributes") is { } resource
            ? new AccessQuestion
            {
                Verb = resource.Str("verb") ?? "", Group = resource.Str("group") ?? "", Resource = resource.Str("resource") ?? "",
                Subresource = resource.Str("subresource") ?? "", Namespace = resource.Str("namespace") ?? "", Name = resource.Str("name") ?? "",
            }
            : new AccessQuestion { Verb = spec.Obj("nonResourceAttributes").Str("verb") ?? "", Path = spec.Obj("nonResourceAttributes").Str("path") ?? "" };
        var allowed = core.Authorizer.IsAllowed(user, question);
        var status = new JsonObject { ["allowed"] = allowed };
        if (allowed && !user.Groups.Contains("system:masters")) status["reason"] = "RBAC: allowed by a role binding";
        return status;
    }

    private static UserInfo UserOf(JsonObject? spec)
    {
        if (string.IsNullOrEmpty(spec.Str("user")) && spec.Arr("groups") is not { Count: > 0 })
            throw ApiException.Invalid("authorization.k8s.io", "SubjectAccessReview", "", [FieldError.Invalid("spec.user", "\"\"", "at least one of user or group must be specified")]);
        return new UserInfo(spec.Str("user") ?? "", [.. spec.Arr("groups").Strings()]);
    }

    private JsonObject Rules(UserInfo user, string space)
    {
        var resources = new JsonArray();
        var paths = new JsonArray();
        var rules = core.Authorizer.RulesFor(user, space).Select(r => r.Node);
        if (user.Groups.Contains("system:masters"))
            rules = rules.Prepend(new JsonObject { ["verbs"] = Json.ArrayOf(["*"]), ["apiGroups"] = Json.ArrayOf(["*"]), ["resources"] = Json.ArrayOf(["*"]), ["nonResourceURLs"] = Json.ArrayOf(["*"]) });
        foreach (var rule in rules)
        {
            if (rule.Arr("resources") is { Count: > 0 }) resources.Add((JsonNode)Select(rule, "verbs", "apiGroups", "resources", "resourceNames"));
            if (rule.Arr("nonResourceURLs") is { Count: > 0 }) paths.Add((JsonNode)Select(rule, "verbs", "nonResourceURLs"));
        }
        return new JsonObject { ["resourceRules"] = resources, ["nonResourceRules"] = paths, ["incomplete"] = false };
    }

    private static JsonObject Select(JsonObject rule, params ReadOnlySpan<string> names)
    {
        var result = new JsonObject();
        foreach (var name in names)
            if (rule[name] is { } value) result[name] = value.DeepClone();
        return result;
    }
}
