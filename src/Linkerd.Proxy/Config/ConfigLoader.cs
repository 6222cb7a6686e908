using Linkerd.Api.Services;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Config;

/// <summary>Turns the environment into a <see cref="ProxyConfig"/>. Unknown variables are ignored, so that newer charts can set them.</summary>
public static class ConfigLoader
{
    private const string DefaultLog = "warn,linkerd=info,hickory=error";

    /// <summary>Reads and checks everything. Throws <see cref="ConfigException"/> with all faults.</summary>
    /// <param name="variables">Value of a variable by its full name, or null.</param>
    /// <param name="processors">Processors that this process may use.</param>
    public static ProxyConfig Load(Func<string, string?> variables, int processors)
    {
        var env = new EnvReader(variables);
        ControlConfig? destination = env.Control("DESTINATION_SVC");
        ControlConfig? policy = env.Control("POLICY_SVC");
        IdentityConfig? identity = Identity(env);
        var config = new ProxyConfig
        {
            LogFilter = Log(env),
            LogFormat = Format(env),
            AccessLog = AccessLog(env),
            Workers = WorkerCount.From(env, processors),
            Admin = new AdminConfig(env.Address("ADMIN_LISTEN_ADDR", "127.0.0.1:4191"), env.Duration("METRICS_RETAIN_IDLE", TimeSpan.FromMinutes(10)), env.Flag("SHUTDOWN_ENDPOINT_ENABLED")),
            Tap = env.Text("TAP_SVC_NAME") is { } tap ? new TapConfig(env.Address("CONTROL_LISTEN_ADDR", "0.0.0.0:4190"), tap) : null,
            Tracing = Tracing(env),
            Inbound = Inbound(env),
            Outbound = Outbound(env),
            Destination = destination!,
            Policy = policy!,
            Identity = identity,
            DestinationContext = env.Text("DESTINATION_CONTEXT") ?? string.Empty,
            PolicyWorkload = env.Text("POLICY_WORKLOAD") ?? string.Empty,
            ClusterNetworks = env.Networks("POLICY_CLUSTER_NETWORKS") ?? [],
            ControlStreams = ControlStreamLimits.Default with
            {
                Initial = env.OptionalDuration("CONTROL_STREAM_INITIAL_TIMEOUT") ?? ControlStreamLimits.Default.Initial,
                Idle = env.OptionalDuration("CONTROL_STREAM_IDLE_TIMEOUT") ?? ControlStreamLimits.Default.Idle,
                Lifetime = env.OptionalDuration("CONTROL_STREAM_LIFETIME") ?? ControlStreamLimits.Default.Lifetime,
            },
            Dns = new DnsConfig(env.OptionalDuration("DNS_MIN_TTL"), env.OptionalDuration("DNS_MAX_TTL")),
            ShutdownGrace = env.Duration("SHUTDOWN_GRACE_PERIOD", TimeSpan.FromMinutes(2)),
            Warnings = env.Warnings,
        };
        if (policy is { Name: not null } or { Address.Host: not ("localhost" or "127.0.0.1" or "::1") }) Check(env, policy, "POLICY_SVC", identity);
        if (destination is not null) Check(env, destination, "DESTINATION_SVC", identity);
        return env.Faults.Count == 0 ? config : throw new ConfigException(env.Faults);
    }

    private static void Check(EnvReader env, ControlConfig service, string name, IdentityConfig? identity)
    {
        if (service.Name is not null && identity is null)
            env.Warnings.Add($"{EnvReader.Prefix}{name}_NAME is set, but identity is disabled: the service is spoken to in clear text");
    }

    private static LogFilter Log(EnvReader env)
    {
        string text = env.Text("LOG") ?? DefaultLog;
        if (LogFilter.TryParse(text, out LogFilter filter, out string error)) return filter;
        env.Faults.Add($"{EnvReader.Prefix}LOG: {error}");
        return filter;
    }

    private static LogFormat Format(EnvReader env)
    {
        string text = env.Text("LOG_FORMAT") ?? "PLAIN";
        if (text.Equals("json", StringComparison.OrdinalIgnoreCase)) return LogFormat.Json;
        if (!text.Equals("plain", StringComparison.OrdinalIgnoreCase)) env.Fault("LOG_FORMAT", text, "PLAIN or JSON");
        return LogFormat.Plain;
    }

    private static AccessLogFormat AccessLog(EnvReader env)
    {
        switch (env.Text("ACCESS_LOG")?.ToLowerInvariant())
        {
            case null or "none": return AccessLogFormat.None;
            case "apache": return AccessLogFormat.Apache;
            case "json": return AccessLogFormat.Json;
            case var other:
                env.Fault("ACCESS_LOG", other, "apache or json");
                return AccessLogFormat.None;
        }
    }

    private static TracingConfig? Tracing(EnvReader env)
    {
        if (env.Text("TRACE_COLLECTOR_SVC_ADDR") is null || env.Control("TRACE_COLLECTOR_SVC") is not { } collector) return null;
        if (env.Text("TRACE_PROTOCOL") is { } protocol && !protocol.Equals("opentelemetry", StringComparison.OrdinalIgnoreCase))
            env.Warnings.Add($"{EnvReader.Prefix}TRACE_PROTOCOL='{protocol}' is not known: spans are sent as OTLP (opentelemetry)");
        return new TracingConfig(collector, env.Text("TRACE_SERVICE_NAME"), env.Text("TRACE_ATTRIBUTES_PATH"), env.Text("TRACE_EXTRA_ATTRIBUTES"), env.Plain("OTEL_RESOURCE_ATTRIBUTES"));
    }

    private static IdentityConfig? Identity(EnvReader env)
    {
        if (env.Text("IDENTITY_DISABLED") is not null) return null;
        string name = env.Text("IDENTITY_LOCAL_NAME") ?? env.Text("IDENTITY_SERVER_NAME") ?? env.Required("IDENTITY_LOCAL_NAME");
        string anchors = env.Required("IDENTITY_TRUST_ANCHORS");
        string id = env.Text("IDENTITY_SERVER_ID") ?? name;
        ControlConfig? spire = SpireAgent(env, id);
        ControlConfig? service = spire ?? env.Control("IDENTITY_SVC");
        TimeSpan min = env.Duration("IDENTITY_MIN_REFRESH", TimeSpan.FromSeconds(10));
        TimeSpan max = env.Duration("IDENTITY_MAX_REFRESH", TimeSpan.FromHours(24));
        if (min > max) env.Faults.Add($"{EnvReader.Prefix}IDENTITY_MIN_REFRESH ({min}) must not be above IDENTITY_MAX_REFRESH ({max})");
        if (anchors.Length > 0 && !anchors.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            env.Faults.Add($"{EnvReader.Prefix}IDENTITY_TRUST_ANCHORS: expected certificates in PEM");
        return service is null || name.Length == 0 ? null : new IdentityConfig
        {
            Directory = env.Text("IDENTITY_DIR") ?? "/var/run/linkerd/identity/end-entity",
            TrustAnchors = anchors,
            TokenFile = env.Text("IDENTITY_TOKEN_FILE") ?? "/var/run/secrets/tokens/linkerd-identity-token",
            LocalName = PeerIdentity.Parse(id),
            ServerName = (env.Text("IDENTITY_SERVER_NAME") ?? name).ToLowerInvariant(),
            MinRefresh = min,
            MaxRefresh = max,
            Service = service,
            IsSpire = spire is not null,
            SpireBackoff = env.Backoff("IDENTITY_SPIRE", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 0.1),
        };
    }

    private static ControlConfig? SpireAgent(EnvReader env, string id)
    {
        string name = env.Text("IDENTITY_SPIRE_WORKLOAD_API_ADDRESS") is null ? "IDENTITY_SPIRE_SOCKET" : "IDENTITY_SPIRE_WORKLOAD_API_ADDRESS";
        if (env.Text(name) is not { } address) return null;
        string path = address.StartsWith("unix:", StringComparison.Ordinal) ? address["unix:".Length..] : address;
        path = "/" + path.TrimStart('/');
        if (!address.Contains('/', StringComparison.Ordinal) || path.Length > UnixSocket.MaxPath)
            env.Fault(name, address, $"the path of a unix socket of at most {UnixSocket.MaxPath} bytes, such as unix:///tmp/spire-agent/public/api.sock");
        if (!id.StartsWith("spiffe://", StringComparison.Ordinal))
            env.Fault("IDENTITY_SERVER_ID", id, "a SPIFFE ID, such as spiffe://example.org/ns/default/sa/web, because a SPIFFE Workload API is configured");
        return new ControlConfig(new HostPort("localhost", 1), null) { Socket = path, Metadata = (WorkloadApi.SecurityHeader, WorkloadApi.SecurityHeaderValue) };
    }

    private static InboundConfig Inbound(EnvReader env)
    {
        string policy = env.Text("INBOUND_DEFAULT_POLICY") ?? DefaultPolicy.AllUnauthenticated;
        if (!DefaultPolicy.Names.Contains(policy)) env.Fault("INBOUND_DEFAULT_POLICY", policy, string.Join(", ", DefaultPolicy.Names));
        return new InboundConfig
        {
            Listen = env.Address("INBOUND_LISTEN_ADDR", "0.0.0.0:4143"),
            Ports = env.Ports("INBOUND_PORTS"),
            OpaquePorts = env.Ports("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION"),
            RequireIdentityPorts = env.Ports("INBOUND_PORTS_REQUIRE_IDENTITY"),
            RequireTlsPorts = env.Ports("INBOUND_PORTS_REQUIRE_TLS"),
            DefaultPolicy = policy,
            Ips = env.Ips("INBOUND_IPS"),
            GatewaySuffixes = env.Names("INBOUND_GATEWAY_SUFFIXES", string.Empty),
            AuthorityLabels = env.Text("INBOUND_METRICS_AUTHORITY_LABELS") == "unsafe",
            DetectTimeout = env.Duration("INBOUND_DETECT_TIMEOUT", TimeSpan.FromSeconds(10)),
            ConnectTimeout = env.Duration("INBOUND_CONNECT_TIMEOUT", TimeSpan.FromMilliseconds(300)),
            ConnectBackoff = env.Backoff("INBOUND_CONNECT", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 0.1),
            AcceptOptions = Socket(env, "INBOUND_ACCEPT"),
            ConnectOptions = Socket(env, "INBOUND_CONNECT"),
            ListenBacklog = env.OptionalInt("INBOUND_TCP_LISTEN_BACKLOG", 1),
            MaxIdleConnections = env.Int("MAX_IDLE_CONNS_PER_ENDPOINT", 10_000),
            MaxInFlight = env.Int("INBOUND_MAX_IN_FLIGHT", 100_000, 1),
            PoolIdleTimeout = env.Duration("INBOUND_HTTP1_CONNECTION_POOL_IDLE_TIMEOUT", TimeSpan.FromSeconds(3)),
            DiscoveryIdleTimeout = env.Duration("INBOUND_DISCOVERY_IDLE_TIMEOUT", TimeSpan.FromSeconds(90)),
            HttpQueue = Queue(env, "INBOUND_HTTP", TimeSpan.FromSeconds(1)),
            Http2 = Http2(env, "INBOUND"),
            HttpTimeouts = Timeouts(env, "INBOUND"),
        };
    }

    private static OutboundConfig Outbound(EnvReader env) => new()
    {
        Listen = env.Addresses("OUTBOUND_LISTEN_ADDRS") ?? [env.Address("OUTBOUND_LISTEN_ADDR", "127.0.0.1:4140")],
        IngressMode = env.Flag("INGRESS_MODE"),
        MaxDestinations = env.Int("OUTBOUND_MAX_DESTINATIONS", 10_000, 1),
        TcpQueue = Queue(env, "OUTBOUND_TCP", TimeSpan.FromSeconds(3)),
        DisableInformationalHeaders = env.Flag("OUTBOUND_DISABLE_INFORMATIONAL_HEADERS"),
        HostnameLabels = env.Flag("OUTBOUND_METRICS_HOSTNAME_LABELS"),
        ProfileTimeout = env.Duration("DESTINATION_PROFILE_INITIAL_TIMEOUT", TimeSpan.FromMilliseconds(500)),
        ProfileSuffixes = env.Names("DESTINATION_PROFILE_SUFFIXES", "svc.cluster.local."),
        ProfileNetworks = env.Networks("DESTINATION_PROFILE_NETWORKS") ?? env.Networks("POLICY_CLUSTER_NETWORKS") ?? [],
        DetectTimeout = env.Duration("OUTBOUND_DETECT_TIMEOUT", TimeSpan.FromSeconds(10)),
        ConnectTimeout = env.Duration("OUTBOUND_CONNECT_TIMEOUT", TimeSpan.FromSeconds(1)),
        ConnectBackoff = env.Backoff("OUTBOUND_CONNECT", TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), 0.1),
        AcceptOptions = Socket(env, "OUTBOUND_ACCEPT"),
        ConnectOptions = Socket(env, "OUTBOUND_CONNECT"),
        ListenBacklog = env.OptionalInt("OUTBOUND_TCP_LISTEN_BACKLOG", 1),
        MaxIdleConnections = env.Int("OUTBOUND_MAX_IDLE_CONNS_PER_ENDPOINT", 10_000),
        MaxInFlight = env.Int("OUTBOUND_MAX_IN_FLIGHT", 100_000, 1),
        PoolIdleTimeout = env.Duration("OUTBOUND_HTTP1_CONNECTION_POOL_IDLE_TIMEOUT", TimeSpan.FromSeconds(3)),
        DiscoveryIdleTimeout = env.Duration("OUTBOUND_DISCOVERY_IDLE_TIMEOUT", TimeSpan.FromSeconds(5)),
        HttpQueue = Queue(env, "OUTBOUND_HTTP", TimeSpan.FromSeconds(3)),
        Http2 = Http2(env, "OUTBOUND"),
        HttpTimeouts = Timeouts(env, "OUTBOUND"),
    };

    private static SocketOptions Socket(EnvReader env, string prefix) => new()
    {
        KeepAlive = env.OptionalDuration(prefix + "_KEEPALIVE"),
        UserTimeout = env.OptionalDuration(prefix + "_USER_TIMEOUT"),
    };

    private static QueuePolicy Queue(EnvReader env, string prefix, TimeSpan failfast)
        => new(env.Int(prefix + "_QUEUE_CAPACITY", 10_000, 1), env.Duration(prefix + "_FAILFAST_TIMEOUT", failfast));

    private static HttpTimeouts Timeouts(EnvReader env, string side) => new(
        env.Duration(side + "_HTTP_HEAD_TIMEOUT", HttpTimeouts.Default.Head, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
        env.Duration(side + "_HTTP_BODY_TIMEOUT", HttpTimeouts.Default.Body, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)),
        env.Duration(side + "_HTTP_STALL_TIMEOUT", HttpTimeouts.Default.Stall, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1)));

    private static Http2ServerConfig Http2(EnvReader env, string side)
    {
        string prefix = side + "_SERVER_HTTP2_";
        return new Http2ServerConfig
        {
            KeepAliveInterval = env.OptionalDuration(prefix + "KEEP_ALIVE_INTERVAL"),
            KeepAliveTimeout = env.OptionalDuration(prefix + "KEEP_ALIVE_TIMEOUT"),
            MaxConcurrentStreams = env.OptionalInt(prefix + "MAX_CONCURRENT_STREAMS", 1, 1 << 20),
            MaxFrameSize = env.OptionalInt(prefix + "MAX_FRAME_SIZE", 16_384, 16_777_215),
            MaxHeaderListSize = env.OptionalInt(prefix + "MAX_HEADER_LIST_SIZE", 256, 1 << 20),
            MaxPendingAcceptResetStreams = env.OptionalInt(prefix + "MAX_PENDING_ACCEPT_RESET_STREAMS", 1),
            StreamWindow = env.OptionalInt(prefix + "INITIAL_STREAM_WINDOW_SIZE", 1) ?? env.OptionalInt("HTTP2_INITIAL_STREAM_WINDOW_SIZE", 1),
            ConnectionWindow = env.OptionalInt(prefix + "INITIAL_CONNECTION_WINDOW_SIZE", 65_535) ?? env.OptionalInt("HTTP2_INITIAL_CONNECTION_WINDOW_SIZE", 65_535),
        };
    }
}
