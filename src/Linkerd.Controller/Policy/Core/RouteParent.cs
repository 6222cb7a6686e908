namespace Linkerd.Controller.Policy.Core;

/// <summary>What a route is attached to.</summary>
/// <param name="Target">A Server, Service or EgressNetwork; others are none of ours.</param>
/// <param name="Port">Only that port, or null for all.</param>
internal sealed record RouteParent(TargetRef Target, int? Port)
{
    public bool IsServer => Target.Is(TargetRef.PolicyGroup, "Server");

    public bool IsService => Target.Is("", "Service");

    public bool IsEgressNetwork => Target.Is(TargetRef.PolicyGroup, "EgressNetwork");
}
