namespace Linkerd.Viz.Web.Login;

/// <summary>The provider, and what of its tokens counts.</summary>
internal sealed record OidcOptions
{
    /// <summary>The issuer; its discovery document is below <c>/.well-known/openid-configuration</c>.</summary>
    public required Uri Issuer { get; init; }

    /// <summary>Our name with the provider.</summary>
    public required string ClientId { get; init; }

    /// <summary>Where the provider sends the browser back to: <c>/api/oidc/callback</c> of the external address.</summary>
    public required Uri RedirectUri { get; init; }

    /// <summary>Asked for; default <c>openid profile email</c>.</summary>
    public string Scopes { get; init; } = "openid profile email";

    /// <summary>The claim that names the user; <c>sub</c> stands in when it is missing. Default <c>email</c>.</summary>
    public string UserClaim { get; init; } = "email";

    /// <summary>The claim that holds the groups. Default <c>groups</c>.</summary>
    public string GroupsClaim { get; init; } = "groups";
}
