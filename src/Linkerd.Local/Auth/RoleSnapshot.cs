using System.Collections.Immutable;
using Linkerd.Local.Storage;

namespace Linkerd.Local.Auth;

/// <summary>The four resources of role-based access control at one moment; equal when none of them changed.</summary>
internal sealed record RoleSnapshot(
    ImmutableSortedDictionary<string, StoredObject> ClusterRoles,
    ImmutableSortedDictionary<string, StoredObject> ClusterRoleBindings,
    ImmutableSortedDictionary<string, StoredObject> Roles,
    ImmutableSortedDictionary<string, StoredObject> RoleBindings);
