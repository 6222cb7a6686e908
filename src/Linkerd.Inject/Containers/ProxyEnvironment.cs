using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Containers;

/// <summary>
/// The proxy's variables. Their order is part of the contract: Kubernetes expands <c>$(name)</c> from earlier variables
/// only, and goldens compare it.
/// </summary>
internal sealed class ProxyEnvironment
{
    private const string Prefix = "LINKERD2_PROXY_";
    private readonly InjectValues _values;
    private readonly string _controlPlaneNamespace;
    private readonly JsonArray _env = [];

    private ProxyEnvironment(InjectValues values, string controlPlaneNamespace)
    {
        _values = values;
        _controlPlaneNamespace = controlPlaneNamespace;
    }

    private ProxyValues Proxy => _values.Proxy;

    public static JsonArray Build(InjectValues values, string controlPlaneNamespace)
    {
        var builder = new ProxyEnvironment(values, controlPlaneNamespace);
        builder.AddPod();
        builder.AddCores();
        builder.AddGeneral();
        builder.AddControlPlane();
        builder.AddTimeouts();
        builder.AddListeners();
        builder.AddTransport();
        builder.AddTracing();
        builder.AddServers();
        builder.AddDiscovery();
        builder.AddIdentity();
        builder.AddOptional("ACCESS_LOG", values.Proxy.AccessLog);
        builder.AddOptional("SHUTDOWN_GRACE_PERIOD", values.Proxy.ShutdownGracePeriod);
        foreach (var extra in values.Proxy.AdditionalEnv)
            builder._env.Add(extra!.DeepClone());
        return builder._env;
    }

    private void AddPod()
    {
        AddField("_pod_name", "metadata.name");
        AddField("_pod_ns", "metadata.namespace");
        AddField("_pod_uid", "metadata.uid");
        AddField("_pod_ip", "status.podIP");
        AddField("_pod_nodeName", "spec.nodeName");
        AddRaw("_pod_containerName", ProxyContainer.Name);
    }

    private void AddCores()
    {
        var workers = Proxy.Runtime.Workers;
        var minimum = Text(Proxy.Cores != 0 ? Proxy.Cores : Math.Max(workers.Minimum, 1));
        Add("CORES", minimum);
        Add("CORES_MIN", minimum);
        if (Proxy.Cores != 0)
            return;
        if (workers.Maximum != 0)
            Add("CORES_MAX", Text(workers.Maximum));
        if (workers.MaximumCpuRatio != 0)
            Add("CORES_MAX_RATIO", workers.MaximumCpuRatio.ToString(CultureInfo.InvariantCulture));
    }

    private void AddGeneral()
    {
        AddOptional("INBOUND_PORTS_REQUIRE_IDENTITY", Proxy.RequireIdentityOnInboundPorts);
        AddOptional("INBOUND_PORTS_REQUIRE_TLS", Proxy.RequireTlsOnInboundPorts);
        Add("SHUTDOWN_ENDPOINT_ENABLED", Text(Proxy.EnableShutdownEndpoint));
        Add("LOG", Proxy.LogLevel + (Proxy.LogHttpHeaders == "insecure" ? "" : ",[{headers}]=off,[{request}]=off"));
        Add("LOG_FORMAT", Proxy.LogFormat);
    }

    private void AddControlPlane()
    {
        // The control plane's own pods reach their neighbours without leaving the pod.
        var local = Proxy.Component == "linkerd-destination";
        Add("DESTINATION_SVC_ADDR", local ? "localhost.:8086" : Service("linkerd-dst-headless", 8086));
        Add("DESTINATION_PROFILE_NETWORKS", _values.ClusterNetworks);
        Add("POLICY_SVC_ADDR", local ? "localhost.:8090" : Service("linkerd-policy", 8090));
        Add("POLICY_WORKLOAD", "{\"ns\":\"$(_pod_ns)\", \"pod\":\"$(_pod_name)\"}\n");
        Add("INBOUND_DEFAULT_POLICY", Proxy.DefaultInboundPolicy);
        Add("POLICY_CLUSTER_NETWORKS", _values.ClusterNetworks);
        Add("CONTROL_STREAM_INITIAL_TIMEOUT", Proxy.Control.Streams.InitialTimeout);
        Add("CONTROL_STREAM_IDLE_TIMEOUT", Proxy.Control.Streams.IdleTimeout);
        Add("CONTROL_STREAM_LIFETIME", Proxy.Control.Streams.Lifetime);
    }

    private void AddTimeouts()
    {
        AddOptional("INBOUND_CONNECT_TIMEOUT", Proxy.InboundConnectTimeout);
        AddOptional("OUTBOUND_CONNECT_TIMEOUT", Proxy.OutboundConnectTimeout);
        AddOptional("OUTBOUND_DISCOVERY_IDLE_TIMEOUT", Proxy.OutboundDiscoveryCacheUnusedTimeout);
        AddOptional("INBOUND_DISCOVERY_IDLE_TIMEOUT", Proxy.InboundDiscoveryCacheUnusedTimeout);
        AddOptional("OUTBOUND_DETECT_TIMEOUT", Proxy.DisableOutboundProtocolDetectTimeout ? "365d" : "");
        AddOptional("INBOUND_DETECT_TIMEOUT", Proxy.DisableInboundProtocolDetectTimeout ? "365d" : "");
    }

    private void AddListeners()
    {
        var any = _values.DisableIpv6 ? "0.0.0.0" : "[::]";
        var ports = Proxy.Ports;
        Add("CONTROL_LISTEN_ADDR", $"{any}:{ports.Control}");
        Add("ADMIN_LISTEN_ADDR", $"{any}:{ports.Admin}");
        Add("OUTBOUND_LISTEN_ADDR", $"127.0.0.1:{ports.Outbound}");
        Add("OUTBOUND_LISTEN_ADDRS", $"127.0.0.1:{ports.Outbound}{(_values.DisableIpv6 ? "" : $",[::1]:{ports.Outbound}")}");
        Add("INBOUND_LISTEN_ADDR", $"{any}:{ports.Inbound}");
        AddField(Prefix + "INBOUND_IPS", "status.podIPs");
        Add("INBOUND_PORTS", Proxy.PodInboundPorts ?? "");
        AddOptional("INBOUND_GATEWAY_SUFFIXES", Proxy.IsGateway ? $"svc.{_values.ClusterDomain}." : "");
        AddOptional("INGRESS_MODE", Proxy.IsIngress ? "true" : "");
        Add("DESTINATION_PROFILE_SUFFIXES", Proxy.EnableExternalProfiles ? "." : $"svc.{_values.ClusterDomain}.");
    }

    private void AddTransport()
    {
        Add("INBOUND_ACCEPT_KEEPALIVE", "10000ms");
        Add("OUTBOUND_CONNECT_KEEPALIVE", "10000ms");
        Add("INBOUND_ACCEPT_USER_TIMEOUT", "30s");
        Add("OUTBOUND_CONNECT_USER_TIMEOUT", "30s");
        Add("OUTBOUND_METRICS_HOSTNAME_LABELS", Text(Proxy.Metrics.HostnameLabels));
    }

    private void AddTracing()
    {
        var tracing = Proxy.Tracing;
        if (!tracing.Enabled)
            return;
        var identity = tracing.Collector.MeshIdentity;
        foreach (var (name, value) in new[]
        {
            ("collector.endpoint", tracing.Collector.Endpoint),
            ("collector.meshIdentity.serviceAccountName", identity.ServiceAccountName),
            ("collector.meshIdentity.namespace", identity.Namespace),
        })
        {
            if (value.Length == 0)
                throw new InjectException($"proxy.tracing.{name} must be set if proxy tracing is enabled");
        }
        Add("TRACE_ATTRIBUTES_PATH", Volumes.PodInfoPath + "/labels");
        Add("TRACE_ANNOTATIONS_PATH", Volumes.PodInfoPath + "/annotations");
        Add("TRACE_PROTOCOL", tracing.Protocol);
        Add("TRACE_SERVICE_NAME", tracing.TraceServiceName);
        Add("TRACE_COLLECTOR_SVC_ADDR", tracing.Collector.Endpoint);
        Add("TRACE_COLLECTOR_SVC_NAME", Identity(identity.ServiceAccountName, identity.Namespace));
        Add("TRACE_EXTRA_ATTRIBUTES", string.Concat(tracing.Labels.Select(l => $"{l.Key}={l.Value}\n")));
    }

    private void AddServers()
    {
        AddLeaves("INBOUND", Proxy.Inbound);
        AddLeaves("OUTBOUND", Proxy.Outbound);
    }

    private void AddDiscovery()
    {
        AddOptional("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", Proxy.OpaquePorts);
        Add("DESTINATION_CONTEXT", "{\"ns\":\"$(_pod_ns)\", \"nodeName\":\"$(_pod_nodeName)\", \"pod\":\"$(_pod_name)\"}\n");
        AddField("_pod_sa", "spec.serviceAccountName");
        AddRaw("_l5d_ns", _controlPlaneNamespace);
        AddRaw("_l5d_trustdomain", _values.EffectiveTrustDomain);
    }

    private void AddIdentity()
    {
        Add("IDENTITY_DIR", Volumes.EndEntityPath);
        if (Proxy.LoadTrustBundleFromConfigMap)
            AddTrustRootsReference();
        else
            Add("IDENTITY_TRUST_ANCHORS", TrustAnchors());
        Add("IDENTITY_TOKEN_FILE", _values.Identity.ServiceAccountTokenProjection
            ? $"{Volumes.TokenPath}/{Volumes.TokenName}"
            : "/var/run/secrets/kubernetes.io/serviceaccount/token");
        Add("IDENTITY_SVC_ADDR", Proxy.Component == "linkerd-identity" ? "localhost.:8080" : Service("linkerd-identity-headless", 8080));
        Add("IDENTITY_LOCAL_NAME", Identity("$(_pod_sa)", "$(_pod_ns)"));
        Add("IDENTITY_SVC_NAME", Identity("linkerd-identity", _controlPlaneNamespace));
        Add("DESTINATION_SVC_NAME", Identity("linkerd-destination", _controlPlaneNamespace));
        Add("POLICY_SVC_NAME", Identity("linkerd-destination", _controlPlaneNamespace));
    }

    private void AddTrustRootsReference() => Append(new JsonObject
    {
        ["name"] = Prefix + "IDENTITY_TRUST_ANCHORS",
        ["valueFrom"] = new JsonObject { ["configMapKeyRef"] = new JsonObject { ["key"] = "ca-bundle.crt", ["name"] = "linkerd-identity-trust-roots" } },
    });

    private string TrustAnchors()
    {
        var pem = _values.IdentityTrustAnchorsPem.Trim();
        return pem.Length != 0 ? pem + "\n" : throw new InjectException("identityTrustAnchorsPEM is empty: please provide the identity trust anchors");
    }

    private string Service(string name, int port) => $"{name}.{_controlPlaneNamespace}.svc.{_values.ClusterDomain}.:{port}";

    private string Identity(string account, string ns) => $"{account}.{ns}.serviceaccount.identity.{_controlPlaneNamespace}.{_values.EffectiveTrustDomain}";

    /// <summary>One variable per leaf of scope, protocol and parameter, as in SERVER_HTTP2_KEEP_ALIVE_INTERVAL.</summary>
    private void AddLeaves(string direction, JsonObject scopes)
    {
        foreach (var (scope, protocols) in scopes.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            foreach (var (protocol, parameters) in (protocols as JsonObject ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                foreach (var (parameter, value) in (parameters as JsonObject ?? []).OrderBy(p => p.Key, StringComparer.Ordinal))
                    Add($"{direction}_{Snake(scope)}_{Snake(protocol)}_{Snake(parameter)}", value?.ToString() ?? "");
            }
        }
    }

    private static string Snake(string camel)
    {
        var text = new StringBuilder();
        foreach (var letter in camel)
        {
            if (char.IsUpper(letter) && text.Length != 0)
                text.Append('_');
            text.Append(char.ToUpperInvariant(letter));
        }
        return text.ToString();
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private void Add(string name, string value) => AddRaw(Prefix + name, value);

    private void AddOptional(string name, string value)
    {
        if (value.Length != 0)
            Add(name, value);
    }

    private void Append(JsonNode variable) => _env.Add(variable);

    private void AddRaw(string name, string value) => Append(new JsonObject { ["name"] = name, ["value"] = value });

    private void AddField(string name, string path) => Append(new JsonObject
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
    });
}
