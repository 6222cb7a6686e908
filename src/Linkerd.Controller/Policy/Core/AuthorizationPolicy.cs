namespace Linkerd.Controller.Policy.Core;

/// <summary>An AuthorizationPolicy: lets clients that satisfy all its authentications into its target.</summary>
internal sealed record AuthorizationPolicy : IPolicyResource
{
    public required ResourceName Name { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>A Server, a route or the namespace.</summary>
    public required TargetRef Target { get; init; }

    /// <summary>A NetworkAuthentication that must be satisfied, or null.</summary>
    public TargetRef? Network { get; init; }

    /// <summary>A MeshTLSAuthentication or ServiceAccount that must be satisfied, or null.</summary>
    public TargetRef? Tls { get; init; }
}
