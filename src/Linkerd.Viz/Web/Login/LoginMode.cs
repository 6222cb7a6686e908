namespace Linkerd.Viz.Web.Login;

/// <summary>How users prove who they are.</summary>
internal enum LoginMode
{
    /// <summary>Not at all: whoever reaches the port sees everything, as in Linkerd's own dashboard.</summary>
    None,

    /// <summary>By user name and password.</summary>
    Password,

    /// <summary>By an OpenID Connect provider.</summary>
    Oidc,
}
