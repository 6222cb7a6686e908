using Linkerd.Local.Api;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Auth;

/// <summary>Role-based access control. Members of <c>system:masters</c> may do everything.</summary>
internal sealed class Authorizer
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Masters = "system:masters";
    private readonly ResourceStore[] _stores;
    private RoleIndex? _index;

    public Authorizer(ApiCore core)
    {
        _stores = [.. new[] { "clusterroles", "clusterrolebindings", "roles", "rolebindings" }.Select(plural => core.Store.Resource($"{Group}/{plural}"))];
    }

    public bool IsAllowed(UserInfo user, AccessQuestion question) =>
        user.Groups.Contains(Masters) || Index().RulesFor(user, question.Namespace).Any(r => r.Allows(question));

    public IEnumerable<AccessRule> RulesFor(UserInfo user, string space) => Index().RulesFor(user, space);

    /// <summary>Replaces the user by the one in the <c>Impersonate-</c> headers, when the first may act as the second.</summary>
    public void CheckImpersonation(ApiRequest request)
    {
        var headers = request.Http.Request.Headers;
        var name = headers["Impersonate-User"].ToString();
        var uid = headers["Impersonate-Uid"].ToString();
        var groups = headers["Impersonate-Group"].OfType<string>().ToArray();
        var extra = headers.Where(h => h.Key.StartsWith("Impersonate-Extra-", StringComparison.OrdinalIgnoreCase)).ToList();
        if (name.Length == 0)
        {
            if (groups.Length > 0 || extra.Count > 0 || uid.Length > 0) throw ApiException.Internal("requested a uid, groups or extra without impersonating a user: set Impersonate-User");
            return;
        }
        Require(request.User, ImpersonationOf(name));
        if (uid.Length > 0) Require(request.User, new AccessQuestion { Verb = "impersonate", Group = "authentication.k8s.io", Resource = "uids", Name = uid });
        foreach (var group in groups) Require(request.User, new AccessQuestion { Verb = "impersonate", Resource = "groups", Name = group });
        var values = new Dictionary<string, string[]>();
        foreach (var (key, value) in extra)
        {
            var field = Uri.UnescapeDataString(key["Impersonate-Extra-".Length..]).ToLowerInvariant();
            Require(request.User, new AccessQuestion { Verb = "impersonate", Group = "authentication.k8s.io", Resource = "userextras", Subresource = field });
            values[field] = [.. value.OfType<string>()];
        }
        var parts = name.Split(':');
        var user = parts is ["system", "serviceaccount", _, _] && groups.Length == 0
            ? TokenAuthority.ServiceAccountUser(parts[2], parts[3])
            : new UserInfo(name, groups.Contains("system:authenticated") || name == "system:anonymous" ? groups : [.. groups, "system:authenticated"]);
        request.User = user with { Extra = values, Uid = uid };
    }

    /// <summary>Throws 403 in Kubernetes' words unless the request is allowed.</summary>
    public void Check(ApiRequest request)
    {
        var path = request.Path;
        var question = path.IsResource
            ? new AccessQuestion
            {
                Verb = path.Verb, Group = path.Group, Resource = path.Resource, Subresource = path.Subresource, Namespace = path.Namespace,
                Name = path.Name.Length > 0 ? path.Name : NameInSelector(request),
            }
            : new AccessQuestion { Verb = path.Verb, Path = path.Path };
        Require(request.User, question);
    }

    private static string NameInSelector(ApiRequest request)
    {
        if (request.Path.Verb is not ("list" or "watch" or "deletecollection")) return "";
        var selector = request.Query("fieldSelector");
        return selector.StartsWith("metadata.name=", StringComparison.Ordinal) && !selector.Contains(',') ? selector["metadata.name=".Length..].TrimStart('=') : "";
    }

    private static AccessQuestion ImpersonationOf(string name) => name.Split(':') is ["system", "serviceaccount", var space, var account]
        ? new AccessQuestion { Verb = "impersonate", Resource = "serviceaccounts", Namespace = space, Name = account }
        : new AccessQuestion { Verb = "impersonate", Resource = "users", Name = name };

    private void Require(UserInfo user, AccessQuestion question)
    {
        if (IsAllowed(user, question)) return;
        if (question.Path is { } path)
            throw new ApiException(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot {question.Verb} path \"{path}\"");
        var where = question.Namespace.Length > 0 ? $"in the namespace \"{question.Namespace}\"" : "at the cluster scope";
        var qualified = question.Group.Length == 0 ? question.Resource : $"{question.Resource}.{question.Group}";
        var subject = question.Name.Length > 0 ? $"{qualified} \"{question.Name}\"" : qualified;
        throw new ApiException(403, "Forbidden",
            $"{subject} is forbidden: User \"{user.Name}\" cannot {question.Verb} resource \"{question.FullResource}\" in API group \"{question.Group}\" {where}")
        {
            Subject = (question.Name, question.Group, question.Resource),
        };
    }

    private RoleIndex Index()
    {
        var snapshot = new RoleSnapshot(_stores[0].Objects, _stores[1].Objects, _stores[2].Objects, _stores[3].Objects);
        var index = Volatile.Read(ref _index);
        if (index is not null && Same(index.Snapshot, snapshot)) return index;
        index = new RoleIndex(snapshot);
        Volatile.Write(ref _index, index);
        return index;
    }

    private static bool Same(RoleSnapshot a, RoleSnapshot b) =>
        ReferenceEquals(a.ClusterRoles, b.ClusterRoles) && ReferenceEquals(a.ClusterRoleBindings, b.ClusterRoleBindings)
        && ReferenceEquals(a.Roles, b.Roles) && ReferenceEquals(a.RoleBindings, b.RoleBindings);
}
