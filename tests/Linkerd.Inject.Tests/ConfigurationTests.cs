using System.Text.Json.Nodes;
using Linkerd.Inject.Patch;
using Linkerd.Inject.Values;

namespace Linkerd.Inject.Tests;

/// <summary>Annotations, namespaces, Services: where configuration comes from and where it goes.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void A_namespaces_configuration_reaches_the_pod_and_its_proxy()
    {
        var injection = Injector.Inject(Resources.Request(Resources.Annotated(("config.linkerd.io/proxy-log-level", "trace"))) with
        {
            NamespaceAnnotations = new Dictionary<string, string>
            {
                [Annotations.Inject] = "enabled",
                ["config.linkerd.io/proxy-log-level"] = "debug",
                ["config.linkerd.io/access-log"] = "json",
                ["example.org/other"] = "x",
            },
        });
        var pod = PatchApplier.Apply(Resources.Annotated(("config.linkerd.io/proxy-log-level", "trace")), injection.Patch!);
        var annotations = pod["metadata"].StringMap("annotations");

        Assert.Equal("json", annotations["config.linkerd.io/access-log"]);
        Assert.Equal("trace", annotations["config.linkerd.io/proxy-log-level"]);
        Assert.Equal("enabled", annotations[Annotations.Inject]);
        Assert.False(annotations.ContainsKey("example.org/other"));
        Assert.Equal("json", Env(pod, "ACCESS_LOG"));
        Assert.StartsWith("trace", Env(pod, "LOG"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_values_are_ignored_and_said()
    {
        var injection = Injector.Inject(Resources.Request(Resources.Annotated(
            ("config.linkerd.io/proxy-await", "maybe"), ("config.linkerd.io/proxy-cpu-limit", "lots"), ("config.linkerd.io/admin-port", "99999"),
            ("config.linkerd.io/default-inbound-policy", "anything"), ("config.linkerd.io/proxy-inbound-connect-timeout", "soon"),
            ("config.linkerd.io/opaque-ports", "80,nothing,4-3"), ("config.linkerd.io/proxy-additional-env", "{}"))));

        Assert.Equal(8, injection.Warnings.Count);
        Assert.Contains("annotation config.linkerd.io/proxy-await: \"maybe\" is ignored; it must be enabled or disabled", injection.Warnings);
        var pod = PatchApplier.Apply(Resources.Annotated(), injection.Patch!);
        Assert.Equal("80", Env(pod, "INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION"));
        Assert.Equal("0.0.0.0:4191", Env(pod, "ADMIN_LISTEN_ADDR"));
    }

    [Fact]
    public void Environment_merges_by_name_over_three_layers()
    {
        var values = Resources.Values with { Proxy = Resources.Values.Proxy with { AdditionalEnv = Vars(("A", "chart"), ("B", "chart")) } };
        var resource = Resources.Annotated((Annotations.AdditionalEnv, Vars(("B", "pod"), ("D", "pod")).ToJsonString()));
        var injection = Injector.Inject(Resources.Request(resource) with
        {
            Values = values,
            NamespaceAnnotations = new Dictionary<string, string>
            {
                [Annotations.Inject] = "enabled",
                [Annotations.AdditionalEnv] = Vars(("B", "namespace"), ("C", "namespace")).ToJsonString(),
            },
        });

        var env = (JsonArray)Proxy(PatchApplier.Apply(resource, injection.Patch!))["env"]!;
        Assert.Equal(["A=chart", "B=pod", "C=namespace", "D=pod"], env.TakeLast(4).Select(e => $"{e.String("name")}={e.String("value")}"));
    }

    [Fact]
    public void A_pods_default_opaque_ports_are_those_it_has()
    {
        var resource = Resources.With(Resources.Pod, pod => pod["spec"]!["containers"]![0]!["ports"] = JsonNode.Parse("""[{"containerPort":3306},{"containerPort":80}]"""));

        var pod = PatchApplier.Apply(resource, Injector.Inject(Resources.Request(resource)).Patch!);

        Assert.Equal("3306", pod["metadata"].StringMap("annotations")[Annotations.OpaquePorts]);
    }

    [Theory]
    [InlineData("""{"port":3306}""", "3306")]
    [InlineData("""{"port":3306,"targetPort":80}""", null)]
    [InlineData("""{"port":80,"targetPort":3306}""", "80")]
    [InlineData("""{"port":3306,"targetPort":"db"}""", null)]
    public void A_services_opaque_ports_are_judged_by_their_targets(string port, string? expected)
    {
        var service = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "db" }, ["spec"] = new JsonObject { ["ports"] = new JsonArray(JsonNode.Parse(port)) } };

        var injection = Injector.Inject(Resources.Request(service) with { Kind = "Service" });

        Assert.False(injection.Injected);
        Assert.Equal(expected, injection.Patch is null ? null : PatchApplier.Apply(service, injection.Patch)["metadata"].StringMap("annotations")[Annotations.OpaquePorts]);
    }

    [Fact]
    public void A_namespaces_opaque_ports_reach_pods_that_are_not_injected()
    {
        var request = Resources.Request(Resources.Parse(Resources.Pod)) with { NamespaceAnnotations = new Dictionary<string, string> { [Annotations.OpaquePorts] = "9,10" } };

        var injection = Injector.Inject(request);

        Assert.False(injection.Injected);
        Assert.Equal("9,10", PatchApplier.Apply(request.Resource, injection.Patch!)["metadata"].StringMap("annotations")[Annotations.OpaquePorts]);
    }

    [Fact]
    public void Capabilities_of_the_first_container_are_the_proxys_too()
    {
        var resource = Resources.With(Resources.Pod, pod => pod["spec"]!["containers"]![0]!["securityContext"] =
            JsonNode.Parse("""{"capabilities":{"add":["SYS_TIME"],"drop":["ALL","NET_ADMIN"]}}"""));

        var pod = PatchApplier.Apply(resource, Injector.Inject(Resources.Request(resource)).Patch!);

        Assert.Equal("""{"add":["SYS_TIME"],"drop":["ALL","NET_ADMIN"]}""", Proxy(pod)["securityContext"]!["capabilities"]!.ToJsonString());
        Assert.Equal("""{"add":["NET_ADMIN","NET_RAW","SYS_TIME"],"drop":["ALL"]}""", pod["spec"]!["initContainers"]![0]!["securityContext"]!["capabilities"]!.ToJsonString());
    }

    [Fact]
    public void Ipv6_opens_the_listeners()
    {
        var request = Resources.Request(Resources.Parse(Resources.Pod)) with { Values = Resources.Values with { DisableIpv6 = false } };

        var pod = PatchApplier.Apply(request.Resource, Injector.Inject(request).Patch!);

        Assert.Equal("127.0.0.1:4140,[::1]:4140", Env(pod, "OUTBOUND_LISTEN_ADDRS"));
        Assert.Equal("[::]:4143", Env(pod, "INBOUND_LISTEN_ADDR"));
        Assert.DoesNotContain("--ipv6=false", pod.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tracing_mounts_what_it_reads()
    {
        var tracing = new TracingValues { Enabled = true, Collector = new CollectorValues { Endpoint = "c.obs:4317", MeshIdentity = new MeshIdentityValues { ServiceAccountName = "c", Namespace = "obs" } } };
        var request = Resources.Request(Resources.With(Resources.Pod, p => p["metadata"]!["labels"]!["app.kubernetes.io/name"] = "shop")) with
        {
            Values = Resources.Values with { Proxy = Resources.Values.Proxy with { Tracing = tracing } },
        };

        var pod = PatchApplier.Apply(request.Resource, Injector.Inject(request).Patch!);

        Assert.Equal("c.obs.serviceaccount.identity.linkerd.cluster.local", Env(pod, "TRACE_COLLECTOR_SVC_NAME"));
        Assert.Contains("service.name=shop\n", Env(pod, "TRACE_EXTRA_ATTRIBUTES"), StringComparison.Ordinal);
        Assert.Contains(pod["spec"].Objects("volumes"), v => v.String("name") == "linkerd-podinfo");
    }

    [Theory]
    [InlineData("clusterNetworks")]
    [InlineData("identityTrustAnchorsPEM")]
    public void Impossible_values_are_refused_by_name(string name)
    {
        var values = name == "clusterNetworks" ? Resources.Values with { ClusterNetworks = "10.0.0.0/8,10" } : Resources.Values with { IdentityTrustAnchorsPem = "" };

        var e = Assert.Throws<InjectException>(() => Injector.Inject(Resources.Request(Resources.Parse(Resources.Pod)) with { Values = values }));

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_overlay_the_defaults_as_Helm_does()
    {
        var values = InjectValues.From((JsonObject)JsonNode.Parse("""
            {"clusterDomain":"example.org","unknown":1,"proxy":{"logLevel":"debug","ports":{"admin":9},"image":{"version":null},"logHTTPHeaders":"insecure",
             "inbound":{"server":{"http2":{"keepAliveInterval":"1s"}}}},"disableIPv6":false}
            """)!);

        Assert.Equal("example.org", values.ClusterDomain);
        Assert.Equal("debug", values.Proxy.LogLevel);
        Assert.Equal(9, values.Proxy.Ports.Admin);
        Assert.Equal(4143, values.Proxy.Ports.Inbound);
        Assert.Equal("insecure", values.Proxy.LogHttpHeaders);
        Assert.False(values.DisableIpv6);
        Assert.Equal("""{"keepAliveInterval":"1s","keepAliveTimeout":"3s"}""", values.Proxy.Inbound["server"]!["http2"]!.ToJsonString());
        Assert.Equal(values.ToJson().ToJsonString(), InjectValues.From(values.ToJson()).ToJson().ToJsonString());
    }

    private static JsonArray Vars(params (string Name, string Value)[] vars) =>
        new([.. vars.Select(v => (JsonNode)new JsonObject { ["name"] = v.Name, ["value"] = v.Value })]);

    private static JsonObject Proxy(JsonObject pod) => pod["spec"].Objects("containers").Single(c => c.String("name") == "linkerd-proxy");

    private static string? Env(JsonObject pod, string name) => Proxy(pod).Objects("env").Single(e => e.String("name") == "LINKERD2_PROXY_" + name).String("value");
}
