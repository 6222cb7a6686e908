namespace Linkerd.Viz.Web.Login;

/// <summary>A login by OIDC failed; the message may be shown to the user and names no secret.</summary>
internal sealed class OidcException(string message, Exception? inner = null) : Exception(message, inner);
