namespace Linkerd.Viz.Web.Data;

/// <summary>Identities as they are shown.</summary>
internal static class Identities
{
    /// <summary><c>web.emojivoto.serviceaccount.identity.linkerd.cluster.local</c> is shown as <c>web.emojivoto</c>.</summary>
    public static string Shorten(string identity)
    {
        var at = identity.IndexOf(".serviceaccount.identity.", StringComparison.Ordinal);
        return at < 0 ? identity : identity[..at];
    }
}
