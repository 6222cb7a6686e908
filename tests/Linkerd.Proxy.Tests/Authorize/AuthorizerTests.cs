using System.Net;
using Linkerd.Model;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Detect;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Authorize;

public sealed class AuthorizerTests
{
    private static readonly IPNetwork[] s_cluster = [IPNetwork.Parse("10.0.0.0/8")];
    private static readonly ServerTls s_clear = new(ServerTlsState.NoTlsFromRemote);
    private static readonly ServerTls s_meshed = new(ServerTlsState.Established, PeerIdentity.Dns("web.ns.serviceaccount.identity.linkerd.cluster.local"));

    [Theory]
    [InlineData(DefaultPolicy.AllUnauthenticated, "203.0.113.1", false, true)]
    [InlineData(DefaultPolicy.AllAuthenticated, "203.0.113.1", false, false)]
    [InlineData(DefaultPolicy.AllAuthenticated, "203.0.113.1", true, true)]
    [InlineData(DefaultPolicy.ClusterUnauthenticated, "203.0.113.1", true, false)]
    [InlineData(DefaultPolicy.ClusterUnauthenticated, "10.1.2.3", false, true)]
    [InlineData(DefaultPolicy.ClusterAuthenticated, "10.1.2.3", false, false)]
    [InlineData(DefaultPolicy.ClusterAuthenticated, "10.1.2.3", true, true)]
    [InlineData(DefaultPolicy.Deny, "10.1.2.3", true, false)]
    [InlineData(DefaultPolicy.Audit, "203.0.113.1", false, true)]
    [InlineData(DefaultPolicy.Deny, "127.0.0.1", false, true)]
    [Proves("6.2 DEFAULT_POLICY")]
    public void Default_policies(string name, string client, bool meshed, bool allowed)
    {
        ServerPolicy policy = DefaultPolicy.Server(name, s_cluster, TimeSpan.FromSeconds(10))!;
        Assert.Equal(allowed, Authorizer.Check(policy, [], IPAddress.Parse(client), meshed ? s_meshed : s_clear) is not null);
    }

    [Fact]
    public void A_route_may_let_in_whom_the_server_does_not()
    {
        ServerPolicy policy = DefaultPolicy.Server(DefaultPolicy.Deny, s_cluster, TimeSpan.FromSeconds(10))!;
        Authorization route = new()
        {
            Networks = [new NetworkMatch(IPNetwork.Parse("0.0.0.0/0"), [IPNetwork.Parse("10.9.0.0/16")])],
            Authentication = ClientAuthentication.Identities,
            Identities = [IdentityMatch.Parse("*.ns.serviceaccount.identity.linkerd.cluster.local")],
            Meta = new Meta("policy.linkerd.io", "authorizationpolicy", "web"),
        };
        Assert.Equal("web", Authorizer.Check(policy, [route], IPAddress.Parse("10.1.0.1"), s_meshed)?.Name);
        Assert.Null(Authorizer.Check(policy, [route], IPAddress.Parse("10.9.0.1"), s_meshed));
        Assert.Null(Authorizer.Check(policy, [route], IPAddress.Parse("10.1.0.1"), s_clear));
    }

    [Theory]
    [InlineData("tls", true, true)]
    [InlineData("tls", false, false)]
    [InlineData("web.ns.example", true, false)]
    [InlineData("web.ns.example", false, false)]
    public void TLS_without_an_identity_is_the_meshs_own_TLS_only(string wanted, bool terminated, bool allowed)
    {
        ServerPolicy policy = DefaultPolicy.Server(DefaultPolicy.Deny, s_cluster, TimeSpan.FromSeconds(10))! with
        {
            Authorizations =
            [
                new Authorization
                {
                    Networks = [new NetworkMatch(IPNetwork.Parse("0.0.0.0/0"), [])],
                    Authentication = wanted == "tls" ? ClientAuthentication.TlsUnauthenticated : ClientAuthentication.Identities,
                    Identities = [IdentityMatch.Exact("web.ns.example"), IdentityMatch.Any],
                    Meta = Meta.Default("x"),
                },
            ],
        };
        // Passed-through TLS is the application's: anybody can begin it.
        var tls = terminated ? new ServerTls(ServerTlsState.Established) : new ServerTls(ServerTlsState.Passthrough, ServerName: "web.ns.example");
        Assert.Equal(allowed, Authorizer.Check(policy, [], IPAddress.Parse("203.0.113.1"), tls) is not null);
    }

    [Theory]
    [InlineData("spiffe://td/ns/web", "spiffe://td/ns/web", true)]
    [InlineData("spiffe://td/ns/web", "spiffe://td/ns/WEB", false)]
    [InlineData("spiffe://td/ns/web", "*.td/ns/web", false)]
    [InlineData("web.ns.example", "WEB.ns.example", true)]
    [InlineData("web.ns.example", "*.ns.example", true)]
    [InlineData("ns.example", "*.ns.example", false)]
    [InlineData("xns.example", "*.ns.example", false)]
    [InlineData("web.ns.example", "*", true)]
    [Proves("6.13 identities")]
    public void Identities_match_exactly_and_names_by_suffix_too(string client, string pattern, bool allowed)
    {
        ServerPolicy policy = DefaultPolicy.Server(DefaultPolicy.Deny, s_cluster, TimeSpan.FromSeconds(10))! with
        {
            Authorizations =
            [
                new Authorization
                {
                    Networks = [new NetworkMatch(IPNetwork.Parse("0.0.0.0/0"), [])],
                    Authentication = ClientAuthentication.Identities,
                    Identities = [IdentityMatch.Parse(pattern)],
                    Meta = Meta.Default("x"),
                },
            ],
        };
        Assert.Equal(allowed, Authorizer.Check(policy, [], IPAddress.Parse("203.0.113.1"), new ServerTls(ServerTlsState.Established, PeerIdentity.Parse(client))) is not null);
    }
}
