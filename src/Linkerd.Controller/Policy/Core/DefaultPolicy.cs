namespace Linkerd.Controller.Policy.Core;

/// <summary>What a port lets in when no resource says otherwise.</summary>
/// <param name="Name">Its name in annotations, flags and metric labels.</param>
/// <param name="Deny">Nothing is let in.</param>
/// <param name="AuthenticatedOnly">Only clients with an identity of the mesh.</param>
/// <param name="ClusterOnly">Only clients in the cluster's networks.</param>
public sealed record DefaultPolicy(string Name, bool Deny, bool AuthenticatedOnly, bool ClusterOnly)
{
    /// <summary>All of them, the first being the usual default.</summary>
    public static IReadOnlyList<DefaultPolicy> All { get; } =
    [
        new("all-unauthenticated", false, false, false),
        new("all-authenticated", false, true, false),
        new("cluster-unauthenticated", false, false, true),
        new("cluster-authenticated", false, true, true),
        new("deny", true, false, false),
        // Lets everything in; the name makes the proxy write down what a stricter policy would have refused.
        new("audit", false, false, false),
    ];

    /// <summary>The policy of that name, or null.</summary>
    public static DefaultPolicy? Parse(string? name) => All.FirstOrDefault(p => p.Name == name);

    /// <summary>The same for clients with an identity only.</summary>
    public DefaultPolicy Authenticated() => Name switch
    {
        "all-unauthenticated" or "audit" => Parse("all-authenticated")!,
        "cluster-unauthenticated" => Parse("cluster-authenticated")!,
        _ => this,
    };
}
