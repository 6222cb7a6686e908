using Linkerd.Local.Api;

namespace Linkerd.Local.Auth;

/// <summary>Signs and verifies service-account tokens (JWT, ES256).</summary>
internal sealed class TokenAuthority(ApiCore core)
{
    /// <summary>The audiences that this API server itself accepts.</summary>
    public IReadOnlyList<string> ApiAudiences { get; } = [core.Options.TokenIssuer];

    /// <summary>The user behind a token that is valid for one of the audiences, or null.</summary>
    public UserInfo? Authenticate(string token, IReadOnlyList<string> audiences) => null;
}
