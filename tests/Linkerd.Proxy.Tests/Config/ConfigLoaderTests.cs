using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Config;

public sealed class ConfigLoaderTests
{
    private static readonly Dictionary<string, string> s_minimal = new()
    {
        ["DESTINATION_SVC_ADDR"] = "linkerd-dst-headless.linkerd.svc.cluster.local.:8086",
        ["DESTINATION_SVC_NAME"] = "linkerd-destination.linkerd.serviceaccount.identity.linkerd.cluster.local",
        ["POLICY_SVC_ADDR"] = "linkerd-policy.linkerd.svc.cluster.local.:8090",
        ["IDENTITY_SVC_ADDR"] = "linkerd-identity-headless.linkerd.svc.cluster.local.:8080",
        ["IDENTITY_LOCAL_NAME"] = "web.emojivoto.serviceaccount.identity.linkerd.cluster.local",
        ["IDENTITY_TRUST_ANCHORS"] = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
    };

    private static ProxyConfig Load(int processors = 4, params (string Name, string? Value)[] changes)
    {
        var variables = new Dictionary<string, string>(s_minimal);
        foreach ((string name, string? value) in changes)
        {
            if (value is null) variables.Remove(name);
            else variables[name] = value;
        }

        return ConfigLoader.Load(name => variables.GetValueOrDefault(name.Replace("LINKERD2_PROXY_", string.Empty, StringComparison.Ordinal)), processors);
    }

    [Fact]
    [Proves("6.2 LOG", "6.2 LISTEN", "6.2 METRICS_RETAIN_IDLE", "6.2 SHUTDOWN", "6.2 QUEUE", "6.2 DETECT_TIMEOUT", "6.2 CONNECT_TIMEOUT", "6.2 BACKOFF", "6.2 MAX_IN_FLIGHT", "6.2 DISCOVERY_IDLE_TIMEOUT", "6.2 DESTINATION_PROFILE", "6.2 DEFAULT_POLICY", "6.2 IDENTITY")]
    public void Defaults_are_those_of_the_reference()
    {
        ProxyConfig config = Load();
        Assert.Equal("127.0.0.1:4140", config.Outbound.Listen.Single().ToString());
        Assert.Equal("0.0.0.0:4143", config.Inbound.Listen.ToString());
        Assert.Equal("127.0.0.1:4191", config.Admin.Listen.ToString());
        Assert.Null(config.Tap);
        Assert.Equal(TimeSpan.FromMinutes(10), config.Admin.MetricsRetainIdle);
        Assert.Equal(TimeSpan.FromMinutes(2), config.ShutdownGrace);
        Assert.Equal(new QueuePolicy(10_000, TimeSpan.FromSeconds(1)), config.Inbound.HttpQueue);
        Assert.Equal(new QueuePolicy(10_000, TimeSpan.FromSeconds(3)), config.Outbound.HttpQueue);
        Assert.Equal(TimeSpan.FromSeconds(10), config.Inbound.DetectTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(300), config.Inbound.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), config.Outbound.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(60), config.Outbound.ConnectBackoff.Max);
        Assert.Equal(100_000, config.Outbound.MaxInFlight);
        Assert.Equal(TimeSpan.FromSeconds(5), config.Outbound.DiscoveryIdleTimeout);
        Assert.Equal(TimeSpan.FromSeconds(90), config.Inbound.DiscoveryIdleTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(500), config.Outbound.ProfileTimeout);
        Assert.Equal(DefaultPolicy.AllUnauthenticated, config.Inbound.DefaultPolicy);
        Assert.Equal(LogFormat.Plain, config.LogFormat);
        Assert.Equal("warn,linkerd=info,hickory=error", config.LogFilter.Text);
        Assert.Equal(new HostPort("linkerd-policy.linkerd.svc.cluster.local", 8090), config.Policy.Address);
        Assert.Equal(config.Identity!.LocalName.Name, config.Identity.ServerName);
        Assert.Equal(TimeSpan.FromHours(24), config.Identity.MaxRefresh);
    }

    [Theory]
    [InlineData("INBOUND_HTTP_HEAD_TIMEOUT", "99ms")]
    [InlineData("INBOUND_HTTP_BODY_TIMEOUT", "2d")]
    [InlineData("OUTBOUND_HTTP_STALL_TIMEOUT", "0")]
    public void Time_limits_on_HTTP_peers_have_bounds(string name, string value)
    {
        Assert.Equal(HttpTimeouts.Default, Load().Inbound.HttpTimeouts);
        Assert.Equal(TimeSpan.FromSeconds(2), Load(4, ("INBOUND_HTTP_HEAD_TIMEOUT", "2s")).Inbound.HttpTimeouts.Head);
        ConfigException exception = Assert.Throws<ConfigException>(() => Load(4, (name, value)));
        Assert.StartsWith($"LINKERD2_PROXY_{name}='{value}': expected a duration from 00:00:00.1", Assert.Single(exception.Faults));
    }

    [Fact]
    [Proves("6.2 SVC_ADDR")]
    public void A_service_on_localhost_is_spoken_to_in_clear_text()
    {
        ProxyConfig config = Load(4, ("DESTINATION_SVC_ADDR", "localhost.:8086"));
        Assert.Null(config.Destination.Name);
        Assert.NotNull(Load().Destination.Name);
    }

    [Fact]
    [Proves("6.2 invalid")]
    public void Every_fault_is_listed()
    {
        ConfigException exception = Assert.Throws<ConfigException>(() => Load(4,
            ("POLICY_SVC_ADDR", null),
            ("INBOUND_LISTEN_ADDR", "4143"),
            ("SHUTDOWN_GRACE_PERIOD", "2 weeks"),
            ("INBOUND_PORTS", "80,x"),
            ("INBOUND_DEFAULT_POLICY", "open"),
            ("LOG", "loud!"),
            ("POLICY_CLUSTER_NETWORKS", "10.0.0.0/40"),
            ("OUTBOUND_CONNECT_EXP_BACKOFF_MIN", "2m")));
        Assert.Contains(exception.Faults, f => f.Contains("POLICY_SVC_ADDR must be set", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("INBOUND_LISTEN_ADDR='4143'", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("SHUTDOWN_GRACE_PERIOD='2 weeks'", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("INBOUND_PORTS='80,x'", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("INBOUND_DEFAULT_POLICY='open'", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("loud!", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("10.0.0.0/40", StringComparison.Ordinal));
        Assert.Contains(exception.Faults, f => f.Contains("EXP_BACKOFF_MIN", StringComparison.Ordinal));
        Assert.Equal(8, exception.Faults.Count);
    }

    [Theory]
    [InlineData(8, null, null, null, null, 1)]
    [InlineData(8, "3", null, null, null, 3)]
    [InlineData(2, "3", null, null, null, 2)]
    [InlineData(8, null, "2", "4", null, 4)]
    [InlineData(8, null, "6", "4", null, 6)]
    [InlineData(8, null, null, null, "0.5", 4)]
    [InlineData(3, null, null, null, "0.5", 2)]
    [InlineData(8, null, null, "2", "0.9", 2)]
    [InlineData(8, "none", null, null, "7", 1)]
    [Proves("6.2 CORES")]
    public void Cores_follow_the_rule(int available, string? cores, string? min, string? max, string? ratio, int expected)
        => Assert.Equal(expected, Load(available, ("CORES", cores), ("CORES_MIN", min), ("CORES_MAX", max), ("CORES_MAX_RATIO", ratio)).Workers);

    [Fact]
    [Proves("6.2 CORES")]
    public void Bad_cores_are_only_a_warning() => Assert.Single(Load(4, ("CORES", "many")).Warnings);

    [Fact]
    [Proves("6.2 INBOUND_PORTS")]
    public void Port_sets_hold_ports_and_ranges()
    {
        Assert.True(PortSet.TryParse("25, 587,9000-9002", out PortSet set));
        Assert.Equal([25, 587, 9000, 9001, 9002], set.Ports);
        Assert.True(set.Contains(9001));
        Assert.False(set.Contains(9003));
        Assert.False(PortSet.TryParse("9-1", out _));
        Assert.False(PortSet.TryParse("65536", out _));
    }

    [Fact]
    [Proves("6.2 TRACE")]
    public void Tracing_is_on_where_a_collector_is_named()
    {
        Assert.Null(Load().Tracing);
        TracingConfig tracing = Load(4, ("TRACE_COLLECTOR_SVC_ADDR", "collector.tracing:4317"), ("TRACE_COLLECTOR_SVC_NAME", "collector.tracing.serviceaccount.identity.linkerd.cluster.local"), ("TRACE_SERVICE_NAME", "linkerd-proxy"), ("TRACE_ATTRIBUTES_PATH", "/labels"), ("TRACE_EXTRA_ATTRIBUTES", "a=b"), ("OTEL_RESOURCE_ATTRIBUTES", "c=d")).Tracing!;
        Assert.Equal(new HostPort("collector.tracing", 4317), tracing.Collector.Address);
        Assert.Equal("collector.tracing.serviceaccount.identity.linkerd.cluster.local", tracing.Collector.Name?.Name);
        Assert.Equal(("linkerd-proxy", "/labels", "a=b", "c=d"), (tracing.ServiceName, tracing.LabelsPath, tracing.ExtraAttributes, tracing.OtelAttributes));
        Assert.Contains(Load(4, ("TRACE_COLLECTOR_SVC_ADDR", "c:1"), ("TRACE_PROTOCOL", "opencensus")).Warnings, w => w.Contains("opencensus", StringComparison.Ordinal));
    }
}
