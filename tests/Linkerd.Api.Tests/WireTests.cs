using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Destination;
using Linkerd.Api.GrpcRoute;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.HttpTypes;
using Linkerd.Api.Identity;
using Linkerd.Api.Meta;
using Linkerd.Api.Net;
using Linkerd.Api.TrustAnchors;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;
using In = Linkerd.Api.Inbound;
using Out = Linkerd.Api.Outbound;
using Tap = Linkerd.Api.Tap;
using Th = Linkerd.Api.TransportHeader;
using Viz = Linkerd.Api.Viz;

namespace Linkerd.Api.Tests;

/// <summary>Our encoder against bytes that another one made: names and numbers are the contract.</summary>
public sealed class WireTests
{
    private const string Web = "web.emojivoto.serviceaccount.identity.linkerd.cluster.local";

    private static readonly Dictionary<string, Func<IMessage>> s_messages = new()
    {
        ["net_ipv6"] = () => new TcpAddress { Ip = new IPAddress { Ipv6 = new IPv6 { First = 0x20010DB800000000, Last = 1 } }, Port = 443 },
        ["net_network"] = () => new IPNetwork { Ip = Ip(0x0A000000), PrefixLen = 8 },
        ["destination_get"] = () => new GetDestination { Path = "web-svc.emojivoto.svc.cluster.local:80", ContextToken = "{\"ns\":\"emojivoto\"}" },
        ["destination_add"] = () => new Update { Add = new WeightedAddrSet { Addrs = { FullEndpoint() }, MetricLabels = { ["namespace"] = "emojivoto" } } },
        ["destination_uri_identity"] = () => new WeightedAddr
        {
            Addr = Address(),
            TlsIdentity = new TlsIdentity
            {
                UriLikeIdentity = new TlsIdentity.Types.UriLikeIdentity { Uri = "spiffe://root.linkerd.cluster.local/vm" },
                ServerName = new TlsIdentity.Types.DnsLikeIdentity { Name = "vm.cluster.local" },
            },
            ProtocolHint = new ProtocolHint { Opaque = new ProtocolHint.Types.Opaque() },
        },
        ["destination_remove"] = () => new Update { Remove = new AddrSet { Addrs = { Address() } } },
        ["destination_no_endpoints"] = () => new Update { NoEndpoints = new NoEndpoints { Exists = true } },
        ["destination_profile"] = Profile,
        ["identity_certify_request"] = () => new CertifyRequest { Identity = Web, Token = ByteString.CopyFromUtf8("token"), CertificateSigningRequest = ByteString.CopyFrom(0x30, 1, 0) },
        ["identity_certify_response"] = () => new CertifyResponse
        {
            LeafCertificate = ByteString.CopyFrom(0x30, 2),
            IntermediateCertificates = { ByteString.CopyFrom(0x30, 3), ByteString.CopyFrom(0x30, 4) },
            ValidUntil = new Timestamp { Seconds = 1700000000, Nanos = 5 },
        },
        ["trust_bundle"] = () => new TrustBundle { Anchors = { ByteString.CopyFrom(0x30, 5), ByteString.CopyFrom(0x30, 6) }, Pem = "pem", Version = "v2" },
        ["inbound_port"] = () => new In.PortSpec { Workload = "{\"ns\":\"emojivoto\",\"pod\":\"web-1\"}", Port = 8080 },
        ["inbound_detect"] = Inbound,
        ["inbound_opaque"] = () => new In.Server { Protocol = new In.ProxyProtocol { Opaque = new() } },
        ["inbound_tls"] = () => new In.Server { Protocol = new In.ProxyProtocol { Tls = new() } },
        ["inbound_http1"] = () => new In.Server { Protocol = new In.ProxyProtocol { Http1 = new() { Routes = { new In.HttpRoute() } } } },
        ["inbound_http2"] = () => new In.Server { Protocol = new In.ProxyProtocol { Http2 = new() { Routes = { new In.HttpRoute() } } } },
        ["inbound_grpc"] = () => new In.Server
        {
            Protocol = new In.ProxyProtocol
            {
                Grpc = new()
                {
                    Routes =
                    {
                        new In.GrpcRoute
                        {
                            Rules =
                            {
                                new In.GrpcRoute.Types.Rule { Matches = { new GrpcRouteMatch { Rpc = new GrpcRpcMatch { Service = "svc", Method = "Rpc" } } } },
                                new In.GrpcRoute.Types.Rule { Filters = { new In.GrpcRoute.Types.Filter { FailureInjector = new GrpcFailureInjector { Code = 14, Message = "no" } } } },
                            },
                        },
                    },
                },
            },
        },
        ["outbound_http1"] = Outbound,
        ["outbound_grpc_retry"] = () => new Out.GrpcRoute.Types.Retry
        {
            Conditions = new() { Cancelled = true, DeadineExceeded = true, ResourceExhausted = true, Internal = true, Unavailable = true },
        },
        ["outbound_penalty"] = () => new Out.Backend.Types.BalanceP2c
        {
            Discovery = new() { Dst = new() { Path = "a:80" } },
            PenaltyPeakEwma = new() { DefaultRtt = Seconds(1), Decay = Seconds(2), Penalty = Seconds(3), MaxRetryAfter = Seconds(4), PenaltyDecay = Seconds(5) },
        },
        ["outbound_tls"] = () => new Out.OutboundPolicy
        {
            Protocol = new Out.ProxyProtocol
            {
                Tls = new()
                {
                    Routes =
                    {
                        new Out.TlsRoute
                        {
                            Metadata = new Metadata { Default = "t" },
                            Snis = { new TlsRoute.SniMatch { Exact = "a.b" } },
                            Rules =
                            {
                                new Out.TlsRoute.Types.Rule
                                {
                                    Backends = new() { FirstAvailable = new() { Backends = { new Out.TlsRoute.Types.RouteBackend { Backend = new Out.Backend { Forward = new WeightedAddr { Addr = Address() } } } } } },
                                    Filters = { new Out.TlsRoute.Types.Filter { Forbidden = new() } },
                                },
                            },
                        },
                    },
                },
            },
        },
        ["outbound_traffic_addr"] = () => new Out.TrafficSpec { SourceWorkload = "ns:pod", Addr = new TcpAddress { Ip = Ip(0x0A600001), Port = 80 } },
        ["outbound_traffic_authority"] = () => new Out.TrafficSpec { Authority = "web:80" },
        ["tap_observe"] = TapRequest,
        ["tap_response_end"] = TapEvent,
        ["transport_header"] = () => new Th.Header { Port = 8080, Name = "web.emojivoto", SessionProtocol = new Th.SessionProtocol { Http2 = new() } },
        ["viz_stat"] = VizStat,
        ["viz_edges"] = () => new Viz.EdgesResponse
        {
            Ok = new()
            {
                Edges = { new Viz.Edge { Src = new() { Name = "vote-bot" }, Dst = new() { Name = "web" }, ClientId = "default.emojivoto", ServerId = "web.emojivoto", NoIdentityMsg = "none" } },
            },
        },
    };

    public static TheoryData<string> Names() => [.. s_messages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_has_the_bytes_of_the_contract(string name)
    {
        var message = s_messages[name]();
        var expected = Golden.Read(name);
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(message.ToByteArray()));
        Assert.Equal(message, message.Descriptor.Parser.ParseFrom(expected));
    }

    private static IPAddress Ip(uint address) => new() { Ipv4 = address };

    private static TcpAddress Address() => new() { Ip = Ip(0x0A2A0007), Port = 8080 };

    private static Duration Seconds(long seconds, int nanos = 0) => new() { Seconds = seconds, Nanos = nanos };

    private static Metadata Ref(string group, string kind, string name, string ns, uint port = 0)
        => new() { Resource = new Resource { Group = group, Kind = kind, Name = name, Namespace = ns, Port = port } };

    private static WeightedAddr FullEndpoint() => new()
    {
        Addr = Address(),
        Weight = 10000,
        MetricLabels = { ["pod"] = "web-1" },
        TlsIdentity = new TlsIdentity { DnsLikeIdentity = new() { Name = Web }, ServerName = new() { Name = Web } },
        ProtocolHint = new ProtocolHint { H2 = new(), OpaqueTransport = new() { InboundPort = 4143 } },
        AuthorityOverride = new AuthorityOverride { AuthorityOverride_ = "web.emojivoto.svc.cluster.local:80" },
        Http2 = new Http2ClientParams
        {
            FlowControl = new() { InitialConnectionWindowSize = 1048576, InitialStreamWindowSize = 65535, AdaptiveFlowControl = true },
            KeepAlive = new() { Interval = Seconds(10), Timeout = Seconds(3), WhileIdle = true },
            Internals = new() { MaxConcurrentResetStreams = 50, MaxFrameSize = 16384, MaxSendBufSize = 400000 },
        },
        ResourceRef = Ref("", "Pod", "web-1", "emojivoto"),
    };

    private static DestinationProfile Profile() => new()
    {
        Routes =
        {
            new Route
            {
                Condition = new RequestMatch
                {
                    All = new()
                    {
                        Matches =
                        {
                            new RequestMatch { Path = new Linkerd.Api.Destination.PathMatch { Regex = "/a.*" } },
                            new RequestMatch { Method = new HttpMethod { Registered = HttpMethod.Types.Registered.Post } },
                        },
                    },
                },
                ResponseClasses = { new ResponseClass { Condition = new ResponseMatch { Status = new() { Min = 500, Max = 599 } }, IsFailure = true } },
                MetricsLabels = { ["route"] = "POST /a" },
                IsRetryable = true,
                Timeout = Seconds(0, 25000000),
            },
        },
        RetryBudget = new RetryBudget { RetryRatio = 0.25f, MinRetriesPerSecond = 10, Ttl = Seconds(10) },
        DstOverrides = { new WeightedDst { Authority = "a.svc:80", Weight = 5000, BackendRef = Ref("core", "Service", "a", "ns", 80) } },
        OpaqueProtocol = true,
        FullyQualifiedName = "web-svc.emojivoto.svc.cluster.local",
        Endpoint = new WeightedAddr { Addr = Address() },
        ParentRef = Ref("core", "Service", "web-svc", "emojivoto", 80),
        ProfileRef = Ref("linkerd.io", "ServiceProfile", "web-svc", "emojivoto"),
    };

    private static In.Server Inbound() => new()
    {
        Protocol = new In.ProxyProtocol
        {
            Detect = new()
            {
                Timeout = Seconds(10),
                HttpRoutes =
                {
                    new In.HttpRoute
                    {
                        Metadata = new Metadata { Default = "probe" },
                        Hosts = { new HostMatch { Suffix = new() { ReverseLabels = { "local", "cluster" } } } },
                        Authorizations =
                        {
                            new In.Authz
                            {
                                Networks =
                                {
                                    new In.Network { Net = new IPNetwork { Ip = Ip(0) } },
                                    new In.Network { Net = new IPNetwork { Ip = new IPAddress { Ipv6 = new IPv6() } } },
                                },
                                Authentication = new In.Authn { Unauthenticated = new() },
                                Labels = { ["name"] = "all-unauthenticated" },
                                Metadata = new Metadata { Default = "all-unauthenticated" },
                            },
                        },
                        Rules =
                        {
                            new In.HttpRoute.Types.Rule
                            {
                                Matches = { new HttpRouteMatch { Path = new Linkerd.Api.HttpRoute.PathMatch { Exact = "/ready" }, Method = new HttpMethod { Registered = HttpMethod.Types.Registered.Get } } },
                                Filters = { new In.HttpRoute.Types.Filter { FailureInjector = new HttpFailureInjector { Status = 503, Message = "no", Ratio = new Ratio { Numerator = 1, Denominator = 10 } } } },
                            },
                        },
                    },
                },
                HttpLocalRateLimit = new In.HttpLocalRateLimit
                {
                    Metadata = new Metadata { Default = "limit" },
                    Total = new() { RequestsPerSecond = 100 },
                    Identity = new() { RequestsPerSecond = 10 },
                    Overrides = { new In.HttpLocalRateLimit.Types.Override { Limit = new() { RequestsPerSecond = 50 }, Clients = new() { Identities = { new In.Identity { Name = Web } } } } },
                },
            },
        },
        ServerIps = { Ip(0x0A2A0007) },
        Authorizations =
        {
            new In.Authz
            {
                Networks =
                {
                    new In.Network { Net = new IPNetwork { Ip = Ip(0x0A000000), PrefixLen = 8 }, Except = { new IPNetwork { Ip = Ip(0x0A010000), PrefixLen = 16 } } },
                },
                Authentication = new In.Authn
                {
                    MeshTLS = new() { Identities = new() { Identities = { new In.Identity { Name = Web } }, Suffixes = { new In.IdentitySuffix { Parts = { "serviceaccount", "identity" } } } } },
                },
            },
        },
        Labels = { ["name"] = "all-authenticated" },
    };

    private static Out.OutboundPolicy Outbound()
    {
        var backend = new Out.Backend
        {
            Metadata = new Metadata { Default = "backend" },
            Balancer = new()
            {
                Discovery = new() { Dst = new() { Path = "web-svc.emojivoto.svc.cluster.local:80" } },
                PeakEwma = new() { DefaultRtt = Seconds(0, 30000000), Decay = Seconds(10) },
            },
            Queue = new Out.Queue { Capacity = 100, FailfastTimeout = Seconds(3) },
        };
        var redirect = new RequestRedirect
        {
            Scheme = new Scheme { Registered = Scheme.Types.Registered.Https },
            Host = "host",
            Path = new PathModifier { Full = "/full" },
            Port = 8443,
            Status = 301,
        };
        var rule = new Out.HttpRoute.Types.Rule
        {
            Matches =
            {
                new HttpRouteMatch
                {
                    Path = new Linkerd.Api.HttpRoute.PathMatch { Prefix = "/" },
                    Headers = { new HeaderMatch { Name = "h", Exact = ByteString.CopyFromUtf8("x") } },
                    QueryParams = { new QueryParamMatch { Name = "q", Regex = ".*" } },
                    Method = new HttpMethod { Unregistered = "PURGE" },
                },
            },
            Filters = { new Out.HttpRoute.Types.Filter { ResponseHeaderModifier = new() { Add = One("a", "1"), Set = One("s", "2"), Remove = { "gone" } } } },
            Backends = new()
            {
                RandomAvailable = new()
                {
                    Backends =
                    {
                        new Out.HttpRoute.Types.WeightedRouteBackend
                        {
                            Backend = new() { Backend = backend, Filters = { new Out.HttpRoute.Types.Filter { Redirect = redirect } } },
                            Weight = 90,
                        },
                    },
                },
            },
            Timeouts = new Timeouts { Response = Seconds(1), Request = Seconds(2), Idle = Seconds(3) },
            Retry = new()
            {
                MaxRetries = 2,
                MaxRequestBytes = 65536,
                Conditions = new() { StatusRanges = { new Out.HttpRoute.Types.Retry.Types.Conditions.Types.StatusRange { Start = 500, End = 504 } } },
                Timeout = Seconds(0, 400000000),
                Backoff = new() { MinBackoff = Seconds(0, 25000000), MaxBackoff = Seconds(0, 250000000), JitterRatio = 1, RespectRetryAfterHint = true },
            },
            AllowL5DRequestHeaders = true,
        };
        return new Out.OutboundPolicy
        {
            Protocol = new Out.ProxyProtocol
            {
                Http1 = new()
                {
                    Routes = { new Out.HttpRoute { Metadata = new Metadata { Default = "http" }, Hosts = { new HostMatch { Exact = "web" } }, Rules = { rule } } },
                    FailureAccrual = new()
                    {
                        Unified = new()
                        {
                            SuccessRateThreshold = 0.5,
                            Decay = Seconds(10),
                            MinRequests = 5,
                            MaxConsecutiveFailures = 7,
                            Backoff = new() { MinBackoff = Seconds(1), MaxBackoff = Seconds(60), JitterRatio = 0.5f },
                        },
                        Ejection = new() { MinReadyEndpoints = 1 },
                    },
                },
            },
            Metadata = Ref("core", "Service", "web-svc", "emojivoto", 80),
        };
    }

    private static Headers One(string name, string value) => new() { Headers_ = { new Headers.Types.Header { Name = name, Value = ByteString.CopyFromUtf8(value) } } };

    private static Tap.ObserveRequest TapRequest() => new()
    {
        Limit = 100,
        Match = new()
        {
            All = new()
            {
                Matches =
                {
                    new Tap.ObserveRequest.Types.Match { Source = new() { Netmask = new() { Ip = Ip(0x0A000000), Mask = 8 } } },
                    new Tap.ObserveRequest.Types.Match { Destination = new() { Ports = new() { Min = 80, Max = 90 } } },
                    new Tap.ObserveRequest.Types.Match { Http = new() { Authority = new() { Prefix = "web" } } },
                    new Tap.ObserveRequest.Types.Match { Not = new() { DestinationLabel = new() { Key = "k", Value = "v" } } },
                },
            },
        },
        Extract = new() { Http = new() { Headers = new() } },
    };

    private static Tap.TapEvent TapEvent() => new()
    {
        Source = new TcpAddress { Ip = Ip(0x0A2A0001), Port = 1 },
        Destination = new TcpAddress { Ip = Ip(0x0A2A0002), Port = 2 },
        Http = new()
        {
            ResponseEnd = new()
            {
                Id = new() { Base = 7, Stream = 1UL << 40 },
                SinceRequestInit = Seconds(1),
                SinceResponseInit = Seconds(0, 5),
                ResponseBytes = 1337,
                Eos = new Tap.Eos { GrpcStatusCode = 2 },
                Trailers = new Headers { Headers_ = { new Headers.Types.Header { Name = "t", Value = ByteString.CopyFrom(0xff) } } },
            },
        },
        DestinationMeta = new() { Labels = { ["d"] = "1" } },
        SourceMeta = new() { Labels = { ["s"] = "2" } },
        ProxyDirection = Tap.TapEvent.Types.ProxyDirection.Outbound,
        RouteMeta = new() { Labels = { ["r"] = "3" } },
    };

    private static Viz.StatSummaryResponse VizStat() => new()
    {
        Ok = new()
        {
            StatTables =
            {
                new Viz.StatTable
                {
                    PodGroup = new()
                    {
                        Rows =
                        {
                            new Viz.StatTable.Types.PodGroup.Types.Row
                            {
                                Resource = new() { Namespace = "emojivoto", Type = "deployment", Name = "web" },
                                TimeWindow = "1m",
                                MeshedPodCount = 1,
                                RunningPodCount = 2,
                                Stats = new() { SuccessCount = 90, FailureCount = 10, LatencyMsP50 = 1, LatencyMsP95 = 2, LatencyMsP99 = 3, ActualSuccessCount = 91, ActualFailureCount = 11 },
                                FailedPodCount = 3,
                                ErrorsByPod =
                                {
                                    ["web-1"] = new Viz.PodErrors { Errors = { new Viz.PodErrors.Types.PodError { Container = new() { Message = "m", Container = "c", Image = "i", Reason = "r" } } } },
                                },
                                TcpStats = new() { OpenConnections = 4, ReadBytesTotal = 5, WriteBytesTotal = 6 },
                                Status = "Running",
                                TsStats = new() { Apex = "apex", Leaf = "leaf", Weight = "1" },
                                SrvStats = new() { AllowedCount = 7, DeniedCount = 8, Srv = new() { Name = "srv" } },
                            },
                        },
                    },
                },
            },
        },
    };
}
