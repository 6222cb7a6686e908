using System.Net;
using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Inbound;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Inbound;

public sealed class InboundDefaultsTests
{
    [Theory]
    [InlineData("all-unauthenticated", 80, "all-unauthenticated")]
    [InlineData("all-unauthenticated", 8080, "all-authenticated")]
    [InlineData("all-unauthenticated", 8443, "all-tls-unauthenticated")]
    [InlineData("cluster-unauthenticated", 8080, "cluster-authenticated")]
    [InlineData("cluster-unauthenticated", 8443, "cluster-tls-unauthenticated")]
    [InlineData("cluster-authenticated", 8443, "cluster-authenticated")]
    [InlineData("audit", 8080, "all-authenticated")]
    [InlineData("audit", 8443, "all-tls-unauthenticated")]
    [InlineData("deny", 8080, "deny")]
    [Proves("6.2 INBOUND_PORTS")]
    public void Ports_that_require_an_identity_or_TLS_are_stricter_than_the_default(string policy, int port, string name)
    {
        ServerPolicy server = InboundDefaults.For(Load(policy), port);
        Assert.Equal(Meta.Default(name), server.Meta);
        Assert.Equal(ServerProtocol.Detect, server.Protocol);
        Assert.Equal(TimeSpan.FromSeconds(7), server.DetectTimeout);
        if (policy.StartsWith("cluster", StringComparison.Ordinal)) Assert.Equal([new NetworkMatch(IPNetwork.Parse("10.0.0.0/8"), []).Network], server.Authorizations[0].Networks.Select(n => n.Network));
    }

    [Fact]
    [Proves("6.5 policy")]
    public void Opaque_ports_are_opaque_until_policy_says_otherwise()
        => Assert.Equal(ServerProtocol.Opaque, InboundDefaults.For(Load("all-unauthenticated"), 3306).Protocol);

    private static ProxyConfig Load(string policy) => ConfigLoader.Load(new Dictionary<string, string>
    {
        ["LINKERD2_PROXY_INBOUND_DEFAULT_POLICY"] = policy,
        ["LINKERD2_PROXY_INBOUND_PORTS_REQUIRE_IDENTITY"] = "8080",
        ["LINKERD2_PROXY_INBOUND_PORTS_REQUIRE_TLS"] = "8443",
        ["LINKERD2_PROXY_INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION"] = "3306",
        ["LINKERD2_PROXY_INBOUND_DETECT_TIMEOUT"] = "7s",
        ["LINKERD2_PROXY_POLICY_CLUSTER_NETWORKS"] = "10.0.0.0/8",
        ["LINKERD2_PROXY_DESTINATION_SVC_ADDR"] = "localhost:8086",
        ["LINKERD2_PROXY_POLICY_SVC_ADDR"] = "localhost:8090",
        ["LINKERD2_PROXY_IDENTITY_DISABLED"] = "true",
    }.GetValueOrDefault, 1);
}
