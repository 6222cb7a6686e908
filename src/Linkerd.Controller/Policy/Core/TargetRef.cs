namespace Linkerd.Controller.Policy.Core;

/// <summary>A reference to another resource.</summary>
/// <param name="Group">API group; empty or <c>core</c> for Kubernetes' own.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Namespace">Namespace, never empty: that of the referring resource where none is written.</param>
/// <param name="Name">Name.</param>
internal sealed record TargetRef(string Group, string Kind, string Namespace, string Name)
{
    public const string PolicyGroup = "policy.linkerd.io";
    public const string GatewayGroup = "gateway.networking.k8s.io";

    /// <summary>Whether it is of that group and kind; kinds are compared without case.</summary>
    public bool Is(string group, string kind) => (Group == "core" ? "" : Group) == group && string.Equals(Kind, kind, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether both name the same resource, however the group is written.</summary>
    public bool IsSameAs(TargetRef other) => other.Namespace == Namespace && other.Name == Name && other.Is(Group == "core" ? "" : Group, Kind);
}
