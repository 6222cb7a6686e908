using System.Security.Cryptography.X509Certificates;
using Linkerd.Local.Api;

namespace Linkerd.Local.Auth;

/// <summary>Says who a request comes from: a client certificate of our authority, or a bearer token.</summary>
internal sealed class Authenticator(ApiCore core)
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";

    /// <summary>The user, or null when nothing or nothing valid was presented.</summary>
    public UserInfo? Authenticate(ApiRequest request)
    {
        if (request.Http.Connection.ClientCertificate is { } certificate && IsOurs(certificate)) return WithAuthenticated(FromCertificate(certificate));
        var header = request.Http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;
        return core.Tokens.Authenticate(header[7..].Trim(), core.Tokens.ApiAudiences) is { } user ? WithAuthenticated(user) : null;
    }

    private static UserInfo WithAuthenticated(UserInfo user) =>
        user.Groups.Contains("system:authenticated") ? user : user with { Groups = [.. user.Groups, "system:authenticated"] };

    private bool IsOurs(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(core.Pki.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = core.Clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(certificate);
    }

    private static UserInfo FromCertificate(X509Certificate2 certificate)
    {
        var name = "";
        var groups = new List<string>();
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (part.HasMultipleElements) continue;
            if (part.GetSingleElementType().Value == CommonName) name = part.GetSingleElementValue() ?? "";
            if (part.GetSingleElementType().Value == Organization) groups.Add(part.GetSingleElementValue() ?? "");
        }
        return new UserInfo(name, groups);
    }
}
