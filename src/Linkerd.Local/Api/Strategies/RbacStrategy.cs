using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Roles and bindings: names are path segments, a binding's role never changes.</summary>
internal sealed class RbacStrategy : ResourceStrategy
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public override NameRule NameRule => NameRule.PathSegment;

    public override void Default(JsonObject node)
    {
        node.Obj("roleRef")?.Default("apiGroup", RbacGroup);
        foreach (var subject in node.Arr("subjects").Objects())
            if (subject["apiGroup"] is null && subject.Str("kind") is "User" or "Group") subject["apiGroup"] = RbacGroup;
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        if (node.Str("kind") is "Role" or "ClusterRole")
        {
            foreach (var (index, rule) in node.Arr("rules").Objects().Index())
            {
                if (rule.Arr("verbs") is not { Count: > 0 }) errors.Add(FieldError.Required($"rules[{index}].verbs", "verbs must contain at least one value"));
                if (rule.Arr("nonResourceURLs") is { Count: > 0 } && node.Str("kind") == "Role")
                    errors.Add(FieldError.Invalid($"rules[{index}].nonResourceURLs", rule["nonResourceURLs"]!.ToJsonString(), "namespaced rules cannot apply to non-resource URLs"));
            }
            // Every decision reads them: one that cannot be read must not get in.
            foreach (var (index, selector) in node.Obj("aggregationRule").Arr("clusterRoleSelectors").Objects().Index())
                Selector.Validate(selector, $"aggregationRule.clusterRoleSelectors[{index}]", errors);
            return;
        }
        var role = node.Obj("roleRef");
        if (role.Str("kind") is not ("Role" or "ClusterRole") || (node.Str("kind") == "ClusterRoleBinding" && role.Str("kind") == "Role"))
            errors.Add(FieldError.Unsupported("roleRef.kind", role.Str("kind"), node.Str("kind") == "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"]));
        if (string.IsNullOrEmpty(role.Str("name"))) errors.Add(FieldError.Required("roleRef.name"));
        foreach (var (index, subject) in node.Arr("subjects").Objects().Index())
        {
            if (string.IsNullOrEmpty(subject.Str("name"))) errors.Add(FieldError.Required($"subjects[{index}].name"));
            if (subject.Str("kind") is not ("User" or "Group" or "ServiceAccount")) errors.Add(FieldError.Unsupported($"subjects[{index}].kind", subject.Str("kind"), "Group", "ServiceAccount", "User"));
            if (subject.Str("kind") == "ServiceAccount" && string.IsNullOrEmpty(subject.Str("namespace")) && node.Str("kind") == "ClusterRoleBinding")
                errors.Add(FieldError.Required($"subjects[{index}].namespace"));
        }
        if (old is not null && !JsonNode.DeepEquals(role, old.Obj("roleRef"))) errors.Add(FieldError.Invalid("roleRef", role?.ToJsonString() ?? "null", "cannot change roleRef"));
    }
}
