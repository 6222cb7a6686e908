using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Inject.Reports;
using Linkerd.Testing;

namespace Linkerd.Inject.Tests;

/// <summary>The webhook's patches, whole, for each kind and each shape. <c>GOLDEN_UPDATE=1</c> rewrites them.</summary>
public sealed class PatchGoldenTests
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Kinds = ["Pod", "Deployment", "ReplicationController", "ReplicaSet", "Job", "DaemonSet", "StatefulSet", "CronJob"];

    private static readonly string[] Shapes = ["classic", "native", "cni", "debug", "ingress", "opaque", "annotations"];

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var kind in Kinds)
        {
            foreach (var shape in Shapes)
                data.Add(kind, shape);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Patch(string kind, string shape)
    {
        var request = Shape(shape, Resources.Request(Resources.Parse(Resources.Workload(kind))));
        var injection = Injector.Inject(request);

        Assert.True(injection.Injected);
        Assert.Empty(injection.Warnings);
        Golden.Match("Linkerd.Inject.Tests", $"{kind.ToLowerInvariant()}.{shape}.json", injection.Patch!.ToJsonString(Format) + "\n");
    }

    private static InjectionRequest Shape(string shape, InjectionRequest request) => shape switch
    {
        "native" => request with { ServerVersion = Resources.New },
        "cni" => request with { Values = request.Values with { CniEnabled = true } },
        "debug" => Annotate(request, (Annotations.EnableDebug, "true")),
        "ingress" => request with { NamespaceAnnotations = new Dictionary<string, string> { [Annotations.Inject] = "ingress" } },
        "opaque" => Annotate(request, (Annotations.OpaquePorts, "http,3000-4000,25")),
        "annotations" => Annotate(request, EveryAnnotation),
        _ => request,
    };

    private static readonly (string, string)[] EveryAnnotation =
    [
        ("config.linkerd.io/proxy-image", "example.org/proxy"), ("config.linkerd.io/proxy-version", "9.9.9"), ("config.linkerd.io/image-pull-policy", "Always"),
        ("config.linkerd.io/control-port", "14190"), ("config.linkerd.io/inbound-port", "14143"), ("config.linkerd.io/admin-port", "14191"),
        ("config.linkerd.io/outbound-port", "14140"), ("config.linkerd.io/pod-inbound-ports", "80,81"), ("config.linkerd.io/skip-inbound-ports", "7000-8000"),
        ("config.linkerd.io/skip-outbound-ports", "5432"), ("config.linkerd.io/skip-subnets", "10.1.0.0/16"),
        ("config.linkerd.io/proxy-cpu-request", "100m"), ("config.linkerd.io/proxy-cpu-limit", "1500m"), ("config.linkerd.io/proxy-memory-request", "20Mi"),
        ("config.linkerd.io/proxy-memory-limit", "250Mi"), ("config.linkerd.io/proxy-ephemeral-storage-request", "1Gi"),
        ("config.linkerd.io/proxy-ephemeral-storage-limit", "2Gi"), ("config.linkerd.io/proxy-cpu-ratio-limit", "0.5"), ("config.linkerd.io/proxy-uid", "3000"),
        ("config.linkerd.io/proxy-gid", "3001"), ("config.linkerd.io/proxy-admin-shutdown", "enabled"), ("config.linkerd.io/proxy-log-level", "debug"),
        ("config.linkerd.io/proxy-log-format", "json"), ("config.linkerd.io/proxy-log-http-headers", "insecure"), ("config.linkerd.io/access-log", "apache"),
        ("config.linkerd.io/enable-external-profiles", "true"), ("config.linkerd.io/proxy-require-identity-inbound-ports", "80"),
        ("config.linkerd.io/proxy-metrics-hostname-labels", "T"), ("config.linkerd.io/proxy-outbound-connect-timeout", "2s"),
        ("config.linkerd.io/proxy-inbound-connect-timeout", "1m0.5s"), ("config.linkerd.io/proxy-outbound-discovery-cache-unused-timeout", "1m"),
        ("config.linkerd.io/proxy-inbound-discovery-cache-unused-timeout", "2m"), ("config.linkerd.io/proxy-disable-outbound-protocol-detect-timeout", "true"),
        ("config.linkerd.io/proxy-disable-inbound-protocol-detect-timeout", "true"), ("config.linkerd.io/enable-gateway", "true"),
        ("config.linkerd.io/proxy-await", "disabled"), ("config.linkerd.io/default-inbound-policy", "deny"), ("config.linkerd.io/shutdown-grace-period", "30s"),
        ("config.linkerd.io/proxy-additional-env", """[{"name":"EXTRA","value":"1"},{"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"}}}]"""),
        ("config.alpha.linkerd.io/proxy-wait-before-exit-seconds", "7"),
    ];

    private static InjectionRequest Annotate(InjectionRequest request, params (string Key, string Value)[] annotations)
    {
        var resource = (JsonObject)request.Resource.DeepClone();
        var workload = Workload.Of(resource);
        workload.PodMetadata!["annotations"] = new JsonObject(annotations.Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value)));
        return request with { Resource = resource };
    }
}
