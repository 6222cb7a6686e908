using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Inject.Containers;
using Linkerd.Inject.ControlPlane;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Testing;

namespace Linkerd.Inject.Tests;

public sealed class ControlPlaneManifestsTests
{
    private static readonly ControlPlaneOptions Fixed = new()
    {
        TrustAnchorsPem = "anchors\n",
        IssuerCertificatePem = "issuer\n",
        IssuerKeyPem = "issuer key\n",
        WebhookCertificatePem = "webhook\n",
        WebhookKeyPem = "webhook key\n",
        ServerVersion = Resources.Old,
    };

    [Fact]
    public void Rendered_whole() => Golden.Match("Linkerd.Inject.Tests", "control-plane.yaml", ControlPlaneManifests.Render(Fixed));

    [Fact]
    public void Native_sidecars_only_where_the_server_has_them()
    {
        Assert.DoesNotContain("restartPolicy", ControlPlaneManifests.Render(Fixed), StringComparison.Ordinal);

        var documents = ControlPlaneManifests.Documents(Fixed with { ServerVersion = Resources.New });

        Assert.Equal("Always", Container(documents, "linkerd-destination", "initContainers", "linkerd-proxy").String("restartPolicy"));
        // Its proxy waits for the container beside it.
        Assert.Null(Container(documents, "linkerd-identity", "containers", "linkerd-proxy")["restartPolicy"]);
    }

    [Fact]
    public void Neighbours_are_reached_on_localhost()
    {
        var documents = ControlPlaneManifests.Documents(Fixed);

        Assert.Equal("localhost.:8080", Env(documents, "linkerd-identity", "IDENTITY_SVC_ADDR"));
        Assert.Equal("linkerd-dst-headless.linkerd.svc.cluster.local.:8086", Env(documents, "linkerd-identity", "DESTINATION_SVC_ADDR"));
        Assert.Equal("localhost.:8086", Env(documents, "linkerd-destination", "DESTINATION_SVC_ADDR"));
        Assert.Equal("localhost.:8090", Env(documents, "linkerd-destination", "POLICY_SVC_ADDR"));
        Assert.Equal("linkerd-identity-headless.linkerd.svc.cluster.local.:8080", Env(documents, "linkerd-proxy-injector", "IDENTITY_SVC_ADDR"));
        Assert.Equal("8080", Env(documents, "linkerd-identity", "INBOUND_PORTS_REQUIRE_TLS"));
    }

    [Fact]
    public void Certificates_are_generated_and_fit()
    {
        var documents = ControlPlaneManifests.Documents(new ControlPlaneOptions { Namespace = "mesh" });

        var issuer = Named(documents, "Secret", "linkerd-identity-issuer");
        using var certificate = X509Certificate2.CreateFromPem(Data(issuer, "crt.pem"), Data(issuer, "key.pem"));
        Assert.Equal("CN=identity.mesh.cluster.local", certificate.Subject);
        Assert.True(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(Data(issuer, "crt.pem"), Named(documents, "ConfigMap", "linkerd-identity-trust-roots")["data"].String("ca-bundle.crt"));
        var webhook = Named(documents, "Secret", "linkerd-proxy-injector-k8s-tls");
        using var server = X509Certificate2.CreateFromPem(Data(webhook, "tls.crt"), Data(webhook, "tls.key"));
        Assert.True(server.MatchesHostname("linkerd-proxy-injector.mesh.svc"));
        var configuration = Named(documents, "MutatingWebhookConfiguration", "linkerd-proxy-injector-webhook-config");
        Assert.Equal(webhook["data"].String("tls.crt"), configuration["webhooks"]![0]!["clientConfig"].String("caBundle"));
        Assert.Equal("Ignore", configuration["webhooks"]![0].String("failurePolicy"));
    }

    [Fact]
    public void The_config_can_be_read_back_and_holds_no_key()
    {
        var rendered = Named(ControlPlaneManifests.Documents(new ControlPlaneOptions { Values = new InjectValues { ClusterDomain = "example.org" } }), "ConfigMap", "linkerd-config");
        var text = rendered["data"].String("values")!;

        var values = InjectValues.From((JsonObject)KubernetesYaml.Read(text)!);

        Assert.Equal("example.org", values.ClusterDomain);
        Assert.Equal("example.org", values.IdentityTrustDomain);
        Assert.Equal("ghcr.io/linkerd-cs/proxy", values.Proxy.Image.Name);
        Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_pair_is_refused()
    {
        Assert.Throws<InjectException>(() => ControlPlaneManifests.Render(new ControlPlaneOptions { IssuerKeyPem = "x" }));
        Assert.Throws<InjectException>(() => ControlPlaneManifests.Render(new ControlPlaneOptions { TrustAnchorsPem = "x" }));
        Assert.Throws<InjectException>(() => ControlPlaneManifests.Render(new ControlPlaneOptions { WebhookKeyPem = "x" }));
    }

    public static TheoryData<string, InjectValues> Settings() => new()
    {
        { "default", new InjectValues() },
        { "ipv6", new InjectValues { DisableIpv6 = false, ClusterDomain = "cluster.example" } },
        { "cni", new InjectValues { CniEnabled = true, NetworkValidator = new NetworkValidatorValues { ConnectAddr = "192.0.2.1:9", LogLevel = "info" } } },
        { "classic", new InjectValues { Proxy = new ProxyValues { NativeSidecar = false } } },
        { "root", new InjectValues { ProxyInit = new ProxyInitValues { RunAsRoot = true, CloseWaitTimeoutSecs = 60, IptablesMode = "legacy", SkipSubnets = "10.0.0.0/8" } } },
        {
            "settings", new InjectValues
            {
                Identity = new IdentityValues { ServiceAccountTokenProjection = false },
                Proxy = new ProxyValues
                {
                    Cores = 2, Gid = 7, LogHttpHeaders = "insecure", AccessLog = "json", ShutdownGracePeriod = "1m", EnableShutdownEndpoint = true,
                    DisableInboundProtocolDetectTimeout = true, DisableOutboundProtocolDetectTimeout = true, EnableExternalProfiles = true,
                    Resources = new ResourceValues { Cpu = new RequestAndLimit { Limit = "2", Request = "100m" }, Memory = new RequestAndLimit { Limit = "1Gi" } },
                    AdditionalEnv = new JsonArray(new JsonObject { ["name"] = "A", ["value"] = "b" }),
                }
            }
        },
        {
            "workers and tracing", new InjectValues
            {
                Proxy = new ProxyValues
                {
                    Runtime = new RuntimeValues { Workers = new WorkerValues { Minimum = 2, Maximum = 8, MaximumCpuRatio = 0.5 } },
                    Tracing = new TracingValues
                    {
                        Enabled = true,
                        Collector = new CollectorValues { Endpoint = "collector:4317", MeshIdentity = new MeshIdentityValues { ServiceAccountName = "collector", Namespace = "tracing" } },
                    },
                }
            }
        },
    };

    /// <summary>Helm needs a template of the proxy, the injector has code: both say the same.</summary>
    [Theory]
    [MemberData(nameof(Settings))]
    public void The_charts_proxy_is_the_injectors(string name, InjectValues values)
    {
        Assert.NotEmpty(name);
        var documents = ControlPlaneManifests.Documents(Fixed with { Values = values, ServerVersion = Resources.New });
        foreach (var (component, ports) in new[] { ("linkerd-destination", "8086,8090,8443,9443,9990,9996,9997"), ("linkerd-proxy-injector", "8443,9995"), ("linkerd-identity", "8080,9990") })
        {
            var own = OfComponent(values, component, ports);
            var pod = Named(documents, "Deployment", component)["spec"]!["template"]!["spec"]!;
            var proxy = pod.Objects("initContainers").Concat(pod.Objects("containers")).Single(c => c.String("name") == "linkerd-proxy");
            AssertSame(ProxyContainer.Build(own, "linkerd"), proxy);
            AssertSame(own.CniEnabled ? ValidatorContainer.Build(own) : InitContainer.Build(own), pod.Objects("initContainers").First());
        }
    }

    private static InjectValues OfComponent(InjectValues values, string component, string ports)
    {
        var identity = component == "linkerd-identity";
        return values with
        {
            LinkerdVersion = "0.1.0",
            ProxyInit = values.ProxyInit with { IgnoreOutboundPorts = values.ProxyInit.KubeApiServerPorts },
            Proxy = values.Proxy with
            {
                Component = component,
                LoadTrustBundleFromConfigMap = true,
                Await = !identity,
                NativeSidecar = values.Proxy.NativeSidecar && !identity,
                RequireTlsOnInboundPorts = identity ? "8080" : "",
                Capabilities = new CapabilityValues { Drop = ["ALL"] },
                PodInboundPorts = ports,
            },
        };
    }

    private static void AssertSame(JsonObject expected, JsonObject actual) => Assert.Equal(KubernetesYaml.Write(Sorted(expected)), KubernetesYaml.Write(Sorted(actual)));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static JsonObject Named(IReadOnlyList<JsonObject> documents, string kind, string name) =>
        documents.Single(d => d.String("kind") == kind && d["metadata"].String("name") == name);

    private static JsonObject Container(IReadOnlyList<JsonObject> documents, string deployment, string list, string name) =>
        Named(documents, "Deployment", deployment)["spec"]!["template"]!["spec"].Objects(list).Single(c => c.String("name") == name);

    private static string? Env(IReadOnlyList<JsonObject> documents, string deployment, string name) =>
        Container(documents, deployment, "containers", "linkerd-proxy").Objects("env").Single(e => e.String("name") == "LINKERD2_PROXY_" + name).String("value");

    private static string Data(JsonObject secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(secret["data"].String(key)!));
}
