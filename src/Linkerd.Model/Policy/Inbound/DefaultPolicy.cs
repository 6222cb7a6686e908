using System.Net;

namespace Linkerd.Model;

/// <summary>The inbound policies that go by a name.</summary>
public static class DefaultPolicy
{
    public const string AllUnauthenticated = "all-unauthenticated";
    public const string AllAuthenticated = "all-authenticated";
    public const string ClusterUnauthenticated = "cluster-unauthenticated";
    public const string ClusterAuthenticated = "cluster-authenticated";
    public const string Deny = "deny";
    public const string Audit = "audit";

    /// <summary>TLS of the mesh from anywhere, with or without a client certificate. Not in <see cref="Names"/>: proxies alone use it, for ports that require TLS.</summary>
    public const string AllTlsUnauthenticated = "all-tls-unauthenticated";

    /// <summary>The same, from the cluster's networks.</summary>
    public const string ClusterTlsUnauthenticated = "cluster-tls-unauthenticated";

    private static readonly NetworkMatch[] s_everywhere =
    [
        new(new IPNetwork(IPAddress.Any, 0), []),
        new(new IPNetwork(IPAddress.IPv6Any, 0), []),
    ];

    /// <summary>Every name, in the order that messages list them.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [AllUnauthenticated, AllAuthenticated, ClusterUnauthenticated, ClusterAuthenticated, Deny, Audit];

    /// <summary>The authorizations a name stands for; null for an unknown name.</summary>
    public static IReadOnlyList<Authorization>? Authorizations(string name, IEnumerable<IPNetwork> clusterNetworks) => name switch
    {
        AllUnauthenticated or Audit => [Allow(name, s_everywhere, ClientAuthentication.Unauthenticated)],
        AllAuthenticated => [Allow(name, s_everywhere, ClientAuthentication.Identities)],
        AllTlsUnauthenticated => [Allow(name, s_everywhere, ClientAuthentication.TlsUnauthenticated)],
        ClusterUnauthenticated => [Allow(name, Matches(clusterNetworks), ClientAuthentication.Unauthenticated)],
        ClusterAuthenticated => [Allow(name, Matches(clusterNetworks), ClientAuthentication.Identities)],
        ClusterTlsUnauthenticated => [Allow(name, Matches(clusterNetworks), ClientAuthentication.TlsUnauthenticated)],
        Deny => [],
        _ => null,
    };

    /// <summary>A detecting server under the named policy with one route that matches everything; null for an unknown name.</summary>
    public static ServerPolicy? Server(string name, IEnumerable<IPNetwork> clusterNetworks, TimeSpan detectTimeout)
        => Authorizations(name, clusterNetworks) is not { } authorizations ? null : new ServerPolicy
        {
            Protocol = ServerProtocol.Detect,
            DetectTimeout = detectTimeout,
            Authorizations = authorizations,
            HttpRoutes = [DefaultRoute],
            Meta = Meta.Default(name),
        };

    /// <summary>The route of a server without routes.</summary>
    public static InboundHttpRoute DefaultRoute { get; } = new() { Meta = Meta.Default("default"), Rules = [new HttpRule([new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, "/") }], [])] };

    private static NetworkMatch[] Matches(IEnumerable<IPNetwork> networks) => [.. networks.Select(static n => new NetworkMatch(n, []))];

    private static Authorization Allow(string name, IReadOnlyList<NetworkMatch> networks, ClientAuthentication authentication) => new()
    {
        Networks = networks,
        Authentication = authentication,
        Identities = authentication == ClientAuthentication.Identities ? [IdentityMatch.Any] : [],
        Meta = Meta.Default(name),
    };
}
