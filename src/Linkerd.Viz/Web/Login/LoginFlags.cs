namespace Linkerd.Viz.Web.Login;

/// <summary>The flags that say how users log in.</summary>
internal static class LoginFlags
{
    /// <summary>Declares them.</summary>
    public static void Declare(FlagSet flags)
    {
        flags.Add("login", "none", "none, password or oidc");
        flags.Add("login-dir", "/var/run/linkerd/dashboard-login", "folder of the mounted Secret: users (htpasswd -B), roles, client-secret");
        flags.Add("oidc-issuer", "", "issuer of the OpenID Connect provider, such as https://accounts.example.com");
        flags.Add("oidc-client-id", "", "id of the dashboard with the provider");
        flags.Add("oidc-scopes", "openid,profile,email", "what the provider is asked for");
        flags.Add("oidc-user-claim", "email", "claim that names the user");
        flags.Add("oidc-groups-claim", "groups", "claim that holds the user's groups");
        flags.Add("external-url", "", "address that users open, such as https://dashboard.example.com; needed for oidc");
        flags.AddSwitch("forwarded-for", false, "believe X-Forwarded-For and X-Forwarded-Proto: only behind an ingress that sets them");
        flags.Add("audit-log", "-", "file of the audit log; - is the standard output");
    }

    /// <summary>How users log in.</summary>
    public static LoginMode Mode(FlagSet flags) => flags.Text("login") switch
    {
        "none" => LoginMode.None,
        "password" => LoginMode.Password,
        "oidc" => LoginMode.Oidc,
        var other => throw FlagSet.Fault("login", other, "none, password or oidc"),
    };

    /// <summary>An http or https address, null when it is not given.</summary>
    public static Uri? Address(FlagSet flags, string name)
    {
        var text = flags.Text(name);
        if (text.Length == 0)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : throw FlagSet.Fault(name, text, "an address such as https://dashboard.example.com");
    }

    /// <summary>The provider's settings.</summary>
    /// <exception cref="UsageException">One that OIDC needs is missing.</exception>
    public static OidcOptions Oidc(FlagSet flags)
    {
        var external = Address(flags, "external-url") ?? throw new UsageException("--external-url is needed for --login=oidc: the provider sends the browser back there");
        return new OidcOptions
        {
            Issuer = Address(flags, "oidc-issuer") ?? throw new UsageException("--oidc-issuer is needed for --login=oidc"),
            ClientId = flags.Required("oidc-client-id"),
            RedirectUri = new Uri(external, "/api/oidc/callback"),
            Scopes = string.Join(' ', flags.List("oidc-scopes")),
            UserClaim = flags.Required("oidc-user-claim"),
            GroupsClaim = flags.Required("oidc-groups-claim"),
        };
    }
}
