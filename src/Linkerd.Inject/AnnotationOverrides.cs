using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Inject.Parsing;
using Linkerd.Inject.Values;

namespace Linkerd.Inject;

/// <summary>Lays the configuration annotations of a pod over the values of the mesh.</summary>
internal static class AnnotationOverrides
{
    private const string Config = Annotations.Config;

    private static readonly string[] Policies = ["all-unauthenticated", "all-authenticated", "cluster-unauthenticated", "cluster-authenticated", "deny", "audit"];

    public static InjectValues Apply(
        InjectValues values,
        IReadOnlyDictionary<string, string> annotations,
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, int> namedPorts,
        List<string> warnings)
    {
        var read = new AnnotationReader(annotations, warnings);
        var proxy = Resources(Behaviour(Addressing(values.Proxy, read), read), read, annotations);
        if (annotations.TryGetValue(Annotations.OpaquePorts, out var opaque))
            proxy = proxy with { OpaquePorts = PortList.Normalize(opaque, namedPorts, warnings) };
        if (annotations.GetValueOrDefault(Annotations.Inject) == "ingress")
            proxy = proxy with { IsIngress = true };
        return values with
        {
            Proxy = proxy with { Tracing = Tracing(proxy.Tracing, annotations, labels) },
            ProxyInit = values.ProxyInit with
            {
                IgnoreInboundPorts = read.Text(Config + "skip-inbound-ports", values.ProxyInit.IgnoreInboundPorts),
                IgnoreOutboundPorts = read.Text(Config + "skip-outbound-ports", values.ProxyInit.IgnoreOutboundPorts),
                SkipSubnets = read.Text(Config + "skip-subnets", values.ProxyInit.SkipSubnets),
                CloseWaitTimeoutSecs = (long?)read.Duration(Annotations.CloseWaitTimeout)?.TotalSeconds ?? values.ProxyInit.CloseWaitTimeoutSecs,
            },
            DebugContainer = values.DebugContainer with
            {
                Image = values.DebugContainer.Image with
                {
                    Name = read.Text(Config + "debug-image", values.DebugContainer.Image.Name),
                    Version = read.Text(Config + "debug-image-version", values.DebugContainer.Image.Version),
                    PullPolicy = read.Text(Config + "debug-image-pull-policy", values.DebugContainer.Image.PullPolicy),
                },
            },
        };
    }

    /// <summary>Adds variables by name: the later layer replaces the earlier one's of the same name.</summary>
    public static ProxyValues AddEnvironment(ProxyValues proxy, string? json, List<string> warnings)
    {
        if (string.IsNullOrEmpty(json))
            return proxy;
        JsonArray? added;
        try
        {
            added = JsonNode.Parse(json) as JsonArray;
        }
        catch (JsonException)
        {
            added = null;
        }
        if (added is null || added.Any(e => e.String("name") is null))
        {
            warnings.Add($"annotation {Annotations.AdditionalEnv} is ignored; it must be a JSON array of Kubernetes variables, such as [{{\"name\":\"A\",\"value\":\"b\"}}]");
            return proxy;
        }
        var merged = (JsonArray)proxy.AdditionalEnv.DeepClone();
        foreach (var entry in added)
        {
            var index = merged.Select((e, i) => (Name: e.String("name"), Index: i)).FirstOrDefault(e => e.Name == entry.String("name"), (null, -1)).Index;
            if (index < 0)
                merged.Add(entry!.DeepClone());
            else
                merged[index] = entry!.DeepClone();
        }
        return proxy with { AdditionalEnv = merged };
    }

    private static ProxyValues Addressing(ProxyValues proxy, AnnotationReader read) => proxy with
    {
        Image = proxy.Image with
        {
            Name = read.Text(Config + "proxy-image", proxy.Image.Name),
            Version = read.Text(Config + "proxy-version", proxy.Image.Version),
            PullPolicy = read.Text(Config + "image-pull-policy", proxy.Image.PullPolicy),
        },
        Ports = new PortValues
        {
            Control = read.Port(Config + "control-port", proxy.Ports.Control),
            Inbound = read.Port(Config + "inbound-port", proxy.Ports.Inbound),
            Admin = read.Port(Config + "admin-port", proxy.Ports.Admin),
            Outbound = read.Port(Config + "outbound-port", proxy.Ports.Outbound),
        },
        PodInboundPorts = read.Text(Config + "pod-inbound-ports", proxy.PodInboundPorts ?? "") is { Length: > 0 } ports ? ports : null,
        Uid = read.Number(Config + "proxy-uid", proxy.Uid),
        Gid = read.Number(Config + "proxy-gid", proxy.Gid),
    };

    private static ProxyValues Behaviour(ProxyValues proxy, AnnotationReader read) => proxy with
    {
        EnableShutdownEndpoint = read.Switch(Config + "proxy-admin-shutdown", proxy.EnableShutdownEndpoint),
        LogLevel = read.Text(Config + "proxy-log-level", proxy.LogLevel),
        LogHttpHeaders = read.Choice(Config + "proxy-log-http-headers", proxy.LogHttpHeaders, "insecure", "off", ""),
        LogFormat = read.Text(Config + "proxy-log-format", proxy.LogFormat),
        RequireIdentityOnInboundPorts = read.Text(Config + "proxy-require-identity-inbound-ports", proxy.RequireIdentityOnInboundPorts),
        Metrics = new MetricsValues { HostnameLabels = read.Bool(Config + "proxy-metrics-hostname-labels", proxy.Metrics.HostnameLabels) },
        OutboundConnectTimeout = read.Milliseconds(Config + "proxy-outbound-connect-timeout", proxy.OutboundConnectTimeout),
        InboundConnectTimeout = read.Milliseconds(Config + "proxy-inbound-connect-timeout", proxy.InboundConnectTimeout),
        OutboundDiscoveryCacheUnusedTimeout = read.Seconds(Config + "proxy-outbound-discovery-cache-unused-timeout", proxy.OutboundDiscoveryCacheUnusedTimeout),
        InboundDiscoveryCacheUnusedTimeout = read.Seconds(Config + "proxy-inbound-discovery-cache-unused-timeout", proxy.InboundDiscoveryCacheUnusedTimeout),
        DisableOutboundProtocolDetectTimeout = read.Bool(Config + "proxy-disable-outbound-protocol-detect-timeout", proxy.DisableOutboundProtocolDetectTimeout),
        DisableInboundProtocolDetectTimeout = read.Bool(Config + "proxy-disable-inbound-protocol-detect-timeout", proxy.DisableInboundProtocolDetectTimeout),
        ShutdownGracePeriod = read.Milliseconds(Config + "shutdown-grace-period", proxy.ShutdownGracePeriod),
        IsGateway = read.Bool(Config + "enable-gateway", proxy.IsGateway),
        WaitBeforeExitSeconds = read.Number(Annotations.ConfigAlpha + "proxy-wait-before-exit-seconds", proxy.WaitBeforeExitSeconds),
        // The stable key over beta over alpha.
        NativeSidecar = read.Bool(Config + "proxy-enable-native-sidecar",
            read.Bool(Annotations.ConfigBeta + "proxy-enable-native-sidecar",
                read.Bool(Annotations.ConfigAlpha + "proxy-enable-native-sidecar", proxy.NativeSidecar))),
        EnableExternalProfiles = read.Bool(Config + "enable-external-profiles", proxy.EnableExternalProfiles),
        Await = read.Switch(Config + "proxy-await", proxy.Await),
        DefaultInboundPolicy = read.Choice(Config + "default-inbound-policy", proxy.DefaultInboundPolicy, Policies),
        AccessLog = read.Text(Config + "access-log", proxy.AccessLog),
    };

    private static ProxyValues Resources(ProxyValues proxy, AnnotationReader read, IReadOnlyDictionary<string, string> annotations)
    {
        var workers = proxy.Runtime.Workers with { MaximumCpuRatio = read.Ratio(Config + "proxy-cpu-ratio-limit", proxy.Runtime.Workers.MaximumCpuRatio) };
        if (read.Quantity(Config + "proxy-cpu-request") is { } request)
            workers = workers with { Minimum = Quantity.ToWholeCores(request) };
        if (read.Quantity(Config + "proxy-cpu-limit") is { } limit)
            workers = workers with { Maximum = Quantity.ToWholeCores(limit) };
        return proxy with
        {
            Runtime = new RuntimeValues { Workers = workers },
            Resources = new ResourceValues
            {
                Cpu = Pair("proxy-cpu", proxy.Resources.Cpu),
                Memory = Pair("proxy-memory", proxy.Resources.Memory),
                EphemeralStorage = Pair("proxy-ephemeral-storage", proxy.Resources.EphemeralStorage),
            },
        };

        RequestAndLimit Pair(string name, RequestAndLimit current) => new()
        {
            Request = Valid($"{Config}{name}-request", current.Request),
            Limit = Valid($"{Config}{name}-limit", current.Limit),
        };

        string Valid(string key, string current) =>
            annotations.TryGetValue(key, out var text) && Quantity.TryParse(text, out _) ? text : current;
    }

    private static TracingValues Tracing(TracingValues tracing, IReadOnlyDictionary<string, string> annotations, IReadOnlyDictionary<string, string> labels)
    {
        const string prefix = "resource.opentelemetry.io/";
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tracing.Labels)
            merged[key] = value;
        if (labels.TryGetValue("app.kubernetes.io/instance", out var name) || labels.TryGetValue("app.kubernetes.io/name", out name))
            merged["service.name"] = name;
        foreach (var (key, value) in annotations)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                merged[key[prefix.Length..]] = value;
        }
        return tracing with { Labels = merged };
    }
}
