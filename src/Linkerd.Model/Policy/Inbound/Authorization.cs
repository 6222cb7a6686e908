namespace Linkerd.Model;

/// <summary>Allows clients that come from one of the networks and authenticate as asked.</summary>
public sealed record Authorization
{
    public IReadOnlyList<NetworkMatch> Networks { get; init; } = [];

    public ClientAuthentication Authentication { get; init; }

    /// <summary>For <see cref="ClientAuthentication.Identities"/>.</summary>
    public IReadOnlyList<IdentityMatch> Identities { get; init; } = [];

    /// <summary>Shown as <c>authz_group</c>, <c>authz_kind</c>, <c>authz_name</c>.</summary>
    public required Meta Meta { get; init; }
}
