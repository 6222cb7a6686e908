using Linkerd.Stats;

namespace Linkerd.Viz.Web.Data;

/// <summary>Under which authorization a client came in; empty parts are unknown.</summary>
internal readonly record struct AuthorizationKey(string Server, string Route, string Authorization, string Client) : IComparable<AuthorizationKey>
{
    /// <summary>Of the labels of an authorization's series.</summary>
    public static AuthorizationKey Of(LabelSet labels) => new(
        Name(labels["srv_kind"], labels["srv_name"]), Name(labels["route_kind"], labels["route_name"]), Name(labels["authz_kind"], labels["authz_name"]), Identities.Shorten(labels["client_id"]));

    /// <inheritdoc/>
    public int CompareTo(AuthorizationKey other) =>
        string.CompareOrdinal(Server, other.Server) is not 0 and var a ? a
        : string.CompareOrdinal(Route, other.Route) is not 0 and var b ? b
        : string.CompareOrdinal(Authorization, other.Authorization) is not 0 and var c ? c
        : string.CompareOrdinal(Client, other.Client);

    private static string Name(string kind, string name) => kind.Length == 0 ? name : kind == "default" ? $"default:{name}" : $"{kind}/{name}";
}
