namespace Linkerd.Viz.Web.Login;

/// <summary>Who came back from the provider.</summary>
/// <param name="User">The user claim.</param>
/// <param name="Groups">The groups claim, at most 200.</param>
/// <param name="ReturnTo">The page that the user wanted.</param>
internal sealed record OidcIdentity(string User, IReadOnlyList<string> Groups, string ReturnTo);
