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
        AllUnauthenticated or Audit => [Allow(name, s_everywhere, authenticated: false)],
        AllAuthenticated => [Allow(name, s_everywhere, authenticated: true)],
        ClusterUnauthenticated => [Allow(name, [.. clusterNetworks.Select(n => new NetworkMatch(n, []))], authenticated: false)],
        ClusterAuthenticated => [Allow(name, [.. clusterNetworks.Select(n => new NetworkMatch(n, []))], authenticated: true)],
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

    private static Authorization Allow(string name, IReadOnlyList<NetworkMatch> networks, bool authenticated) => new()
    {
        Networks = networks,
        Authentication = authenticated ? ClientAuthentication.Identities : ClientAuthentication.Unauthenticated,
        Identities = authenticated ? [IdentityMatch.Any] : [],
        Meta = Meta.Default(name),
    };
}
