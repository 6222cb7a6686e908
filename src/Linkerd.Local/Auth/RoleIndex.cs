using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Auth;

/// <summary>Roles and bindings of one moment, ready to be asked. Made anew when any of the four resources changed.</summary>
internal sealed class RoleIndex
{
    private readonly List<(HashSet<string> Subjects, string Namespace, AccessRule[] Rules)> _bindings = [];

    public RoleIndex(RoleSnapshot snapshot)
    {
        Snapshot = snapshot;
        var clusterRoles = snapshot.ClusterRoles.ToDictionary(p => p.Key, p => Rules(p.Value.Node, snapshot.ClusterRoles));
        foreach (var (_, binding) in snapshot.ClusterRoleBindings)
            Add(binding.Node, "", clusterRoles.GetValueOrDefault(binding.Node.Obj("roleRef").Str("name") ?? ""));
        foreach (var (_, binding) in snapshot.RoleBindings)
        {
            var space = binding.Node.Obj("metadata").Str("namespace") ?? "";
            var name = binding.Node.Obj("roleRef").Str("name") ?? "";
            var rules = binding.Node.Obj("roleRef").Str("kind") == "ClusterRole"
                ? clusterRoles.GetValueOrDefault(name)
                : snapshot.Roles.TryGetValue($"{space}/{name}", out var role) ? Rules(role.Node, null) : null;
            Add(binding.Node, space, rules);
        }
    }

    public RoleSnapshot Snapshot { get; }

    /// <summary>All rules that apply to a user in a namespace (empty: cluster-wide).</summary>
    public IEnumerable<AccessRule> RulesFor(UserInfo user, string space)
    {
        foreach (var (subjects, bindingSpace, rules) in _bindings)
        {
            if (bindingSpace.Length > 0 && bindingSpace != space) continue;
            if (!subjects.Contains("User:" + user.Name) && !user.Groups.Any(g => subjects.Contains("Group:" + g))) continue;
            foreach (var rule in rules) yield return rule;
        }
    }

    private void Add(JsonObject binding, string space, AccessRule[]? rules)
    {
        if (rules is null) return;
        var subjects = new HashSet<string>();
        foreach (var subject in binding.Arr("subjects").Objects())
        {
            subjects.Add(subject.Str("kind") == "ServiceAccount"
                ? $"User:system:serviceaccount:{subject.Str("namespace") ?? space}:{subject.Str("name")}"
                : $"{subject.Str("kind")}:{subject.Str("name")}");
        }
        _bindings.Add((subjects, space, rules));
    }

    // Aggregation is evaluated here instead of being copied by a controller, so that it is in force at once.
    private static AccessRule[] Rules(JsonObject role, ImmutableSortedDictionary<string, StoredObject>? all)
    {
        var own = role.Arr("rules").Objects();
        if (all is not null && role.Obj("aggregationRule").Arr("clusterRoleSelectors") is { } selectors)
        {
            var parsed = selectors.Objects().Select(Selector.FromObject).ToList();
            own = all.Values.Where(r => !ReferenceEquals(r.Node, role) && parsed.Any(s => s.Matches(r.Node.Obj("metadata").Obj("labels"))))
                .SelectMany(r => r.Node.Arr("rules").Objects());
        }
        return own.Select(r => new AccessRule(r)).ToArray();
    }
}
