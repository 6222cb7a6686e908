namespace Linkerd.Model;

/// <summary>Names the resource that a policy, route, endpoint or profile came from; what <c>*_group</c>, <c>*_kind</c> and <c>*_name</c> metric labels say.</summary>
/// <param name="Group">API group; empty for a default.</param>
/// <param name="Kind">Kind in lower or camel case as the control plane sent it; <c>default</c> for a default.</param>
/// <param name="Name">Resource name, or the name of the default.</param>
public sealed record Meta(string Group, string Kind, string Name)
{
    /// <summary>What is used when nothing was sent.</summary>
    public static Meta Unknown { get; } = new(string.Empty, string.Empty, string.Empty);

    public string Namespace { get; init; } = string.Empty;

    /// <summary>Section, such as a rule's name; empty for none.</summary>
    public string Section { get; init; } = string.Empty;

    /// <summary>Port the reference is about; 0 for none.</summary>
    public int Port { get; init; }

    public bool IsDefault => Kind == "default";

    /// <summary>A built-in default, such as <c>all-unauthenticated</c>.</summary>
    public static Meta Default(string name) => new(string.Empty, "default", name);
}
