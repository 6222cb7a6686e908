using System.Net;
using Linkerd.Api.Destination;
using Linkerd.Api.Mapping;
using Linkerd.Model;
using In = Linkerd.Api.Inbound;
using Out = Linkerd.Api.Outbound;

namespace Linkerd.Api.Tests;

public sealed class MappingTests
{
    [Theory]
    [InlineData("192.0.2.1:80")]
    [InlineData("[2001:db8::1:2]:65535")]
    public void An_address_comes_back(string text)
    {
        var endPoint = IPEndPoint.Parse(text);
        Assert.Equal(endPoint, Addresses.ToModel(Addresses.ToWire(endPoint)));
    }

    [Fact]
    public void A_mapped_address_goes_as_IPv4()
        => Assert.Equal(0xC0000201u, Addresses.ToWire(IPAddress.Parse("::ffff:192.0.2.1")).Ipv4);

    [Theory]
    [InlineData("10.1.2.3", 8, "10.0.0.0/8")]
    [InlineData("10.1.2.3", 0, "0.0.0.0/0")]
    [InlineData("10.1.2.3", 31, "10.1.2.2/31")]
    [InlineData("2001:db8::1", 33, "2001:db8::/33")]
    public void A_network_loses_the_bits_behind_its_prefix(string address, uint prefix, string network)
        => Assert.Equal(network, Addresses.ToModel(new Net.IPNetwork { Ip = Addresses.ToWire(IPAddress.Parse(address)), PrefixLen = prefix }).ToString());

    [Fact]
    public void What_makes_no_sense_is_named()
    {
        Assert.Equal("ip: neither ipv4 nor ipv6 is set", Assert.Throws<WireException>(() => Addresses.ToModel(new Net.IPAddress())).Message);
        Assert.Equal("port: 65536 is not from 1 to 65535", Assert.Throws<WireException>(() => Addresses.ToModel(new Net.TcpAddress { Ip = new() { Ipv4 = 1 }, Port = 65536 })).Message);
        Assert.Equal("prefix_len: 33 is above 32", Assert.Throws<WireException>(() => Addresses.ToModel(new Net.IPNetwork { Ip = new() { Ipv4 = 1 }, PrefixLen = 33 })).Message);
    }

    [Fact]
    public void An_endpoint_comes_back()
    {
        var update = (EndpointUpdate.Add)Endpoints.ToModel(Update.Parser.ParseFrom(Golden.Read("destination_add")))!;
        var endpoint = Assert.Single(update.Endpoints);
        Assert.Equal("10.42.0.7:8080", endpoint.Address.ToString());
        Assert.Equal("web.emojivoto.serviceaccount.identity.linkerd.cluster.local", endpoint.Tls!.Identity.Name);
        Assert.Equal(Model.ProtocolHint.Http2, endpoint.Hint);
        Assert.Equal(4143, endpoint.OpaqueTransportPort);
        Assert.Equal("namespace=emojivoto,pod=web-1", endpoint.Labels.ToString());
        Assert.Equal(TimeSpan.FromSeconds(10), endpoint.Http2!.KeepAliveInterval);
        Assert.Equal(endpoint with { Http2 = null }, Endpoints.ToModel(Endpoints.ToWire(endpoint), LabelSet.Empty));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_route_of_connections_without_exactly_one_rule_refuses_them(int rules)
    {
        var opaque = new Out.OpaqueRoute { Metadata = new() { Default = "o" } };
        var tls = new Out.TlsRoute { Metadata = new() { Default = "t" } };
        for (var i = 0; i < rules; i++)
        {
            opaque.Rules.Add(new Out.OpaqueRoute.Types.Rule { Backends = new() { Empty = new() } });
            tls.Rules.Add(new Out.TlsRoute.Types.Rule { Backends = new() { Empty = new() } });
        }

        var policy = ClientPolicies.ToModel(new Out.OutboundPolicy { Metadata = new() { Default = "p" }, Protocol = new() { Tls = new() { Routes = { tls } } } });
        var refusal = Assert.IsType<RouteFilter.Invalid>(Assert.Single(Assert.Single(policy.TlsRoutes).Filters));
        Assert.StartsWith($"rules: {rules} are given", refusal.Message, StringComparison.Ordinal);
        policy = ClientPolicies.ToModel(new Out.OutboundPolicy { Metadata = new() { Default = "p" }, Protocol = new() { Opaque = new() { Routes = { opaque } } } });
        Assert.IsType<RouteFilter.Invalid>(Assert.Single(Assert.Single(policy.OpaqueRoutes).Filters));
    }

    [Fact]
    public void A_URI_identity_without_a_server_name_is_not_meshed()
        => Assert.Null(Endpoints.ToModel(new TlsIdentity { UriLikeIdentity = new() { Uri = "spiffe://a/b" } }));

    [Fact]
    public void A_profile_is_read()
    {
        var profile = Profiles.ToModel(DestinationProfile.Parser.ParseFrom(Golden.Read("destination_profile")));
        var route = Assert.Single(profile.Routes);
        Assert.Equal(TimeSpan.FromMilliseconds(25), route.Timeout);
        Assert.Equal("POST /a", route.Labels["route"]);
        var all = Assert.IsType<Model.RequestMatch.All>(route.Condition);
        Assert.Equal(new Model.RequestMatch.Path("/a.*"), all.Matches[0]);
        Assert.Equal(new Model.RequestMatch.Method("POST"), all.Matches[1]);
        Assert.Equal(0.25, profile.RetryBudget!.Ratio);
        Assert.Equal("a.svc:80", Assert.Single(profile.Overrides).Authority);
        Assert.True(profile.OpaqueProtocol);
        Assert.Equal(80, profile.Parent!.Port);
    }

    [Fact]
    public void A_deep_condition_is_refused()
    {
        var match = new Destination.RequestMatch { Path = new() { Regex = "/" } };
        for (var i = 0; i < 40; i++)
            match = new Destination.RequestMatch { Not = match };
        Assert.Throws<WireException>(() => Profiles.ToModel(new DestinationProfile { Routes = { new Route { Condition = match } } }));
    }

    [Fact]
    public void An_inbound_policy_is_read()
    {
        var policy = ServerPolicies.ToModel(In.Server.Parser.ParseFrom(Golden.Read("inbound_detect")));
        Assert.Equal(ServerProtocol.Detect, policy.Protocol);
        Assert.Equal("all-authenticated", policy.Meta.Name);
        var authorization = Assert.Single(policy.Authorizations);
        Assert.True(authorization.Networks[0].Contains(IPAddress.Parse("10.2.0.1")));
        Assert.False(authorization.Networks[0].Contains(IPAddress.Parse("10.1.0.1")));
        Assert.Equal([IdentityMatch.Exact("web.emojivoto.serviceaccount.identity.linkerd.cluster.local"), IdentityMatch.Suffix("serviceaccount.identity")], authorization.Identities);
        var route = Assert.Single(policy.HttpRoutes);
        Assert.Equal(new HostMatch("cluster.local", true), Assert.Single(route.Hosts));
        Assert.Equal(new RouteFilter.HttpFailure(503, "no", new FailureRatio(1, 10)), route.Rules[0].Filters[0]);
        Assert.Equal(100u, policy.RateLimit!.Total);
    }

    [Fact]
    public void No_authentication_is_never_a_permission()
        => Assert.Throws<WireException>(() => ServerPolicies.ToModel(new In.Server { Protocol = new() { Opaque = new() }, Authorizations = { new In.Authz() } }));

    [Fact]
    public void An_outbound_policy_is_read()
    {
        var policy = ClientPolicies.ToModel(Out.OutboundPolicy.Parser.ParseFrom(Golden.Read("outbound_http1")));
        Assert.Equal(ClientProtocol.Http1, policy.Protocol);
        var rule = Assert.Single(Assert.Single(policy.Http1!.Routes).Rules);
        Assert.Equal("PURGE", rule.Matches[0].Method);
        Assert.Equal(new TextMatch(TextMatchKind.Prefix, "/"), rule.Matches[0].Path);
        Assert.Equal(DistributionKind.RandomAvailable, rule.Backends.Kind);
        Assert.Equal(90u, rule.Backends.Backends[0].Weight);
        Assert.Equal("web-svc.emojivoto.svc.cluster.local:80", rule.Backends.Backends[0].Backend.Balancer!.Destination);
        Assert.Equal(new RouteTimeouts(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)), rule.Timeouts);
        Assert.Equal((500, 504), Assert.Single(rule.Retry!.StatusRanges));
        Assert.Equal(TimeSpan.FromMilliseconds(25), rule.Retry.Backoff!.Min);
        Assert.True(rule.AllowRequestHeaders);
        var breaker = Assert.IsType<FailureAccrual.Unified>(policy.Http1.FailureAccrual);
        Assert.Equal(1, breaker.MinReadyEndpoints);
    }

    [Fact]
    public void TLS_routes_and_grpc_conditions_are_read()
    {
        var policy = ClientPolicies.ToModel(Out.OutboundPolicy.Parser.ParseFrom(Golden.Read("outbound_tls")));
        var route = Assert.Single(policy.TlsRoutes);
        Assert.Equal(new HostMatch("a.b", false), Assert.Single(route.ServerNames));
        Assert.IsType<RouteFilter.Forbidden>(Assert.Single(route.Filters));
        var grpc = ClientPolicies.ToModel(new Out.OutboundPolicy
        {
            Protocol = new() { Grpc = new() { Routes = { new Out.GrpcRoute { Rules = { new Out.GrpcRoute.Types.Rule { Retry = Out.GrpcRoute.Types.Retry.Parser.ParseFrom(Golden.Read("outbound_grpc_retry")) } } } } } },
        });
        Assert.Equal([1, 4, 8, 13, 14], grpc.Grpc!.Routes[0].Rules[0].Retry!.GrpcCodes);
    }
}
