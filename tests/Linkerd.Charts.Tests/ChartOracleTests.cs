using System.Text.Json.Nodes;
using Linkerd.Charts.Values;
using Linkerd.Charts.Yaml;
using Linkerd.Testing;

namespace Linkerd.Charts.Tests;

/// <summary>Every chart over a matrix of values and clusters, byte for byte as Go renders it.</summary>
public sealed class ChartOracleTests(ChartOracleTests.Answers answers) : IClassFixture<ChartOracleTests.Answers>
{
    private const string Required = """
        linkerdVersion: 1.2.3
        cliVersion: linkerd/cli 1.2.3
        identityTrustAnchorsPEM: "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
        identity: {issuer: {tls: {crtPEM: "-----BEGIN CERTIFICATE-----\nREVG\n-----END CERTIFICATE-----", keyPEM: "-----BEGIN EC PRIVATE KEY-----\nR0hJ\n-----END EC PRIVATE KEY-----\n\n"}}}
        proxyInjector: {crtPEM: "injector certificate\n", keyPEM: "injector key\n"}
        profileValidator: {crtPEM: "sp certificate", keyPEM: "sp key"}
        policyValidator: {crtPEM: "policy certificate", keyPEM: "policy key", caBundle: "policy ca"}
        """;

    private const string VizRequired = """
        linkerdVersion: 1.2.3
        cliVersion: linkerd/cli 1.2.3
        tap: {crtPEM: "tap certificate\n", keyPEM: "tap key\n"}
        tapInjector: {crtPEM: "injector certificate", keyPEM: "injector key", caBundle: "injector ca"}
        """;

    private static readonly string[] New = ["policy/v1", "policy/v1/PodDisruptionBudget", "batch/v1", "batch/v1/CronJob"];
    private static readonly string[] Old = ["policy/v1beta1", "policy/v1beta1/PodDisruptionBudget", "batch/v1beta1/CronJob"];

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["crds"] = Of("linkerd-crds", ""),
        ["crds with the gateway api"] = Of("linkerd-crds", "installGatewayAPI: true"),
        ["crds with some routes"] = Of("linkerd-crds", "{enableHttpRoutes: true, enableTcpRoutes: true, cliVersion: linkerd/cli 9}"),
        ["crds but some routes"] = Of("linkerd-crds", "{installGatewayAPI: true, enableGrpcRoutes: false}"),
        ["default"] = Control(""),
        ["default of an old cluster"] = Control("", kubeVersion: "v1.20.15", apiVersions: Old),
        ["highly available"] = Control(HighlyAvailable()),
        ["highly available of an old cluster"] = Control(HighlyAvailable(), kubeVersion: "v1.20.15", apiVersions: Old),
        ["highly available on few nodes"] = Control(HighlyAvailable() + "\npodAntiAffinityPolicy: preferred\n"),
        ["by helm"] = Control("", service: "Helm"),
        ["by helm with a provider's version"] = Control("", service: "Helm", kubeVersion: "v1.28.9-gke.1000000"),
        ["in another namespace"] = Control("commonLabels: {team: mesh}", ns: "mesh"),
        ["cni"] = Control("cniEnabled: true"),
        ["cni and ipv6"] = Control("{cniEnabled: true, disableIPv6: false, networkValidator: {connectAddr: '192.0.2.1:1', logFormat: json}}"),
        ["cni plugin"] = Plugin(""),
        ["cni plugin by helm"] = Plugin("", service: "Helm", ns: "kube-system"),
        ["cni plugin with the repair controller"] = Plugin("{repairController: {enabled: true, logLevel: debug, logFormat: json, resources: {cpu: {request: 10m}, memory: {limit: 50Mi}}}, disableIPv6: false, linkerdVersion: 1.2.3, cliVersion: linkerd/cli 1.2.3}"),
        ["cni plugin with ports"] = Plugin("{inboundProxyPort: 5143, outboundProxyPort: 5140, proxyUID: 3000, proxyGID: 3001, portsToRedirect: '80,443', ignoreInboundPorts: '25, 3306-3310', ignoreOutboundPorts: '443', useWaitFlag: true, iptablesMode: legacy, logLevel: debug}"),
        ["cni plugin of another runtime"] = Plugin("{destCNINetDir: /var/lib/rancher/k3s/agent/etc/cni/net.d, destCNIBinDir: /bin, privileged: true, repairController: {enabled: true, enableSecurityContext: false}, image: {name: registry.example/cni, version: v9, pullPolicy: Always}}"),
        ["cni plugin in one folder"] = Plugin("{destCNINetDir: /etc/cni, destCNIBinDir: /etc/cni, updateStrategy: {type: OnDelete}, tolerations: [], revisionHistoryLimit: 0}"),
        ["cni plugin and its pods"] = Plugin("{commonLabels: {team: mesh}, podLabels: {a: 'true'}, priorityClassName: system-node-critical, nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: Exists}]}]}}, imagePullSecrets: [{name: pull}], extraInitContainers: [{name: wait, image: 'busybox:1', command: [sleep, '1']}], enablePSP: true, resources: {cpu: {limit: 1, request: 100m}}}"),
        ["ipv6"] = Control("disableIPv6: false"),
        ["no validators"] = Control("{profileValidator: {enabled: false}, policyValidator: {enabled: false}}"),
        ["certificates of others"] = Control("{identity: {externalCA: true, issuer: {scheme: kubernetes.io/tls}}, proxyInjector: {externalSecret: true, injectCaFrom: linkerd/injector}, policyValidator: {externalSecret: true, injectCaFromSecret: linkerd/x}}"),
        ["classic sidecars"] = Control("proxy: {nativeSidecar: false}"),
        ["no sidecar waits"] = Control("proxy: {nativeSidecar: false, await: false}"),
        ["legacy iptables as root"] = Control("proxyInit: {iptablesMode: legacy, runAsRoot: true, closeWaitTimeoutSecs: 3600, skipSubnets: '10.0.0.0/8', logLevel: debug, logFormat: json, ignoreInboundPorts: ''}"),
        ["tracing"] = Control("proxy: {tracing: {enabled: true, collector: {endpoint: 'collector.tracing:4317', meshIdentity: {serviceAccountName: collector, namespace: tracing}}, labels: {a: 'b c', k8s.pod.ip: null}}}"),
        ["users of openshift"] = Control("{controllerUID: 1000650000, controllerGID: 1000650001, proxy: {uid: 1000650002, gid: 1000650003}, proxyInit: {runAsUser: 1000650004}}"),
        ["scheduling"] = Control("{nodeSelector: {disk: ssd, 'kubernetes.io/os': null}, tolerations: [{key: a, operator: Exists, effect: NoSchedule}], priorityClassName: high, runtimeClassName: gvisor, nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: In, values: [v]}]}]}}, podLabels: {x: 'true'}, podAnnotations: {y: '1'}, imagePullSecrets: [{name: pull}]}"),
        ["heartbeat"] = Control("{heartbeatURL: 'https://collector.example/?a=b', prometheusUrl: 'http://prometheus:9090', heartbeatResources: {cpu: {limit: 1}}, podLabels: {x: y}, tolerations: [{operator: Exists}]}"),
        ["heartbeat of an old cluster"] = Control("{heartbeatURL: 'http://collector', heartbeatSchedule: '7 7 * * *', controllerGID: 9}", kubeVersion: "v1.20.15", apiVersions: Old),
        ["heartbeat refused"] = Control("{heartbeatURL: 'http://collector', disableHeartBeat: true}"),
        ["pod monitors"] = Control("podMonitor: {enabled: true, labels: {release: prometheus}}"),
        ["one pod monitor"] = Control("podMonitor: {enabled: true, controller: {enabled: false}}"),
        ["strange strings"] = Control("{clusterDomain: 'cluster.example', clusterNetworks: '10.0.0.0/8,fd00::/8', podAnnotations: {text: \"yes: # \\\"quoted\\\"\\nnext\", empty: '', number: '0777', long: 'a very long text that is folded by the library of Go once it has passed the eightieth column of its line'}, proxy: {logLevel: \"warn,linkerd='info'\", accessLog: apache, additionalEnv: [{name: A, value: 'b: c'}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}, proxyInjector: {namespaceSelector: {}, objectSelector: {}}}"),
        ["fixed workers and resources"] = Control("{proxy: {cores: 3, resources: {cpu: {limit: 2500m}, ephemeral-storage: {request: 1Gi}}, securityContext: {runAsUser: 5}, runtime: {workers: {minimum: 2}}}, destinationProxyResources: {cpu: {request: 1}}, deploymentStrategy: {}}"),
        ["workers of the node"] = Control("{proxy: {runtime: {workers: {maximum: 8, maximumCPURatio: 0.5}}, inbound: {server: {http2: {keepAliveInterval: 1s}}}, outbound: {}, logHTTPHeaders: insecure, enableShutdownEndpoint: true, shutdownGracePeriod: 1m, disableOutboundProtocolDetectTimeout: true, disableInboundProtocolDetectTimeout: true, enableExternalProfiles: true, requireIdentityOnInboundPorts: '8080'}, identity: {serviceAccountTokenProjection: false}}"),
        ["viz"] = Viz(""),
        ["viz of an old cluster"] = Viz(HighlyAvailable("linkerd-viz"), kubeVersion: "v1.20.15", apiVersions: Old),
        ["viz highly available"] = Viz(HighlyAvailable("linkerd-viz")),
        ["viz highly available on nodes of their own"] = Viz("podAntiAffinityPolicy: required\n" + HighlyAvailable("linkerd-viz").Replace("  resources: *resources", "  replicas: 2\n  resources: *resources", StringComparison.Ordinal).Replace("  replicas: 3\n  replicas: 2\n", "  replicas: 4\n", StringComparison.Ordinal)),
        ["viz by helm"] = Viz("", service: "Helm"),
        ["viz in another namespace"] = Viz("{linkerdNamespace: mesh, clusterDomain: cluster.example, identityTrustDomain: trust.example, commonLabels: {team: mesh}, cniEnabled: true}", ns: "viz"),
        ["viz without a prometheus"] = Viz("prometheus: {enabled: false}"),
        ["viz with a prometheus of one's own"] = Viz("{prometheusUrl: 'http://prometheus.monitoring.svc.cluster.local:9090/a?b=c', prometheusCredsSecret: prometheus-login, prometheus: {enabled: false}}"),
        ["viz with both prometheuses"] = Viz("{prometheusUrl: 'https://prometheus.example'}"),
        ["viz and its prometheus"] = Viz("{prometheus: {image: {registry: docker.io/prom, tag: v2.55.1, pullPolicy: Always}, logLevel: debug, logFormat: json, args: {storage.tsdb.retention.time: 24h, web.enable-lifecycle: '', log.level: warn}, globalConfig: {external_labels: {cluster: a}}, podAnnotations: {a: 'true'}, scrapeConfigs: [{job_name: apps, kubernetes_sd_configs: [{role: pod}], relabel_configs: [{action: keep, regex: 'x:\\d+', source_labels: [a, b]}]}], metricRelabelConfigs: [{action: drop, regex: 'request_.*', source_labels: [__name__]}], alertmanagers: [{static_configs: [{targets: ['alertmanager:9093']}]}], alertRelabelConfigs: [{action: labeldrop, regex: replica}], remoteWrite: [{url: 'https://store.example/write'}], ruleConfigMapMounts: [{name: alerts, subPath: a_rules.yml, configMap: rules}], sidecarContainers: [{name: side, image: 'side:1'}], persistence: {storageClass: fast, accessMode: ReadWriteOncePod, size: 10Gi}, resources: {cpu: {limit: 2}}, proxy: {resources: {memory: {limit: 300Mi}}}, nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}]}}"),
        ["viz and an empty configuration"] = Viz("{prometheus: {globalConfig: null, persistence: {size: 1Gi}}}"),
        ["viz with certificates of others"] = Viz("{tap: {externalSecret: true, injectCaFrom: linkerd-viz/tap}, tapInjector: {externalSecret: true, injectCaFromSecret: linkerd-viz/x}}"),
        ["viz webhook"] = Viz("{tapInjector: {failurePolicy: Fail, namespaceSelector: {}, objectSelector: {matchLabels: {a: b}}}, tap: {ignoreHeaders: [authorization, 'x-\"y\"'], caBundle: 'tap ca'}}"),
        ["viz and links"] = Viz("{grafana: {externalUrl: 'https://grafana.example/?a=b', uidPrefix: linkerd-}, jaegerUrl: 'jaeger.example:16686', dashboard: {enforcedHostRegexp: '^dash\\.example\\.com$', service: {annotations: {a: b}, labels: {c: d}}}}"),
        ["viz and grafana in the cluster"] = Viz("{grafana: {url: grafana.grafana:3000}, dashboard: {enforcedHostRegexp: '.*', restrictPrivileges: true}}"),
        ["viz with login"] = Viz("{dashboard: {login: {mode: oidc, secretName: s, args: {oidc-issuer: 'https://accounts.example', oidc-client-id: 7, external-url: 'https://dash.example'}}}}"),
        ["viz and its pods"] = Viz("{defaultRegistry: registry.example/mesh, defaultImagePullPolicy: Never, defaultLogLevel: warn, defaultLogFormat: json, defaultUID: 1000650000, defaultGID: 1000650001, imagePullSecrets: [{name: pull}], podLabels: {x: 'true'}, podAnnotations: {y: '1'}, nodeSelector: {disk: ssd}, tolerations: [{key: a, operator: Exists}], nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: k, operator: In, values: [v]}]}]}}, metricsAPI: {UID: 5, GID: 6, logLevel: debug, logFormat: plain, image: {registry: other.example, name: api, tag: v9, pullPolicy: Always}, resources: {cpu: {request: 10m}, memory: {limit: 1Gi}}, proxy: {resources: {cpu: {limit: 1, request: 100m}, memory: {request: 20Mi}, ephemeral-storage: {limit: 1Gi}}}, nodeSelector: {a: b}, tolerations: [{key: b, operator: Exists}], service: {annotations: {s: t}}}}"),
        ["no trust domain of its own"] = Control("{identityTrustDomain: trust.example, enableH2Upgrade: false, enableEndpointSlices: false, policyController: {probeNetworks: [10.0.0.0/8], logLevel: debug, additionalArgs: [--allow-l5d-request-headers]}, destinationController: {additionalArgs: [-enable-pprof]}}"),
    };

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chart_renders_as_in_Go(string name)
    {
        var answer = answers.Of(name);
        Assert.Equal("", answer["Error"]!.GetValue<string>());
        var files = Cases[name].Render();
        Assert.Equal(answer["Files"]!.AsObject().Select(f => f.Key).Order(StringComparer.Ordinal), files.Select(f => f.Name));
        foreach (var file in files)
            Assert.Equal(answer["Files"]![file.Name]!.GetValue<string>(), file.Text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_rendered_are_objects_with_names_of_their_own(string name)
    {
        var manifests = Manifests.Of(Cases[name].Render());
        Assert.All(manifests, m => Assert.True(m.Kind.Length > 0 && m.Name.Length > 0 && m.Content.ContainsKey("apiVersion"), m.Text));
        Assert.Equal(manifests.Count, manifests.Select(m => (m.Kind, m.Namespace, m.Name)).Distinct().Count());
    }

    [Theory]
    [InlineData("{grafana: {url: a, externalUrl: b}}", "grafana.url and grafana.externalUrl are both set")]
    [InlineData("{dashboard: {login: {mode: basic}}}", "dashboard.login.mode must be none, password or oidc, not basic")]
    [InlineData("{podAntiAffinityPolicy: never}", "podAntiAffinityPolicy must be required or preferred, not never")]
    [InlineData("{tap: {externalSecret: true, crtPEM: ''}}", "the certificate of tap is somebody else's (externalSecret), so caBundle, injectCaFrom or injectCaFromSecret must be set")]
    [InlineData("{prometheus: {persistence: {storageClass: fast}}}", "prometheus.persistence.size is empty")]
    public void Values_of_viz_that_do_not_fit_are_named(string values, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ChartException>(() => Viz(values).Render()).Message, StringComparison.Ordinal);

    private static string HighlyAvailable(string chart = "linkerd-control-plane") => File.ReadAllText(Path.Combine(Repository.Root, "charts", chart, "values-ha.yaml"));

    private static Case Control(string values, string kubeVersion = "v1.31.2", string[]? apiVersions = null, string service = "CLI", string ns = "linkerd") =>
        new("linkerd-control-plane", values, kubeVersion, apiVersions ?? New, service, ns, Required);

    private static Case Plugin(string values, string service = "CLI", string ns = "linkerd-cni") => new("linkerd2-cni", values, "v1.31.2", New, service, ns, "");

    private static Case Viz(string values, string kubeVersion = "v1.31.2", string[]? apiVersions = null, string service = "CLI", string ns = "linkerd-viz") =>
        new("linkerd-viz", values, kubeVersion, apiVersions ?? New, service, ns, VizRequired);

    private static Case Of(string chart, string values) => new(chart, values, "v1.31.2", New, "CLI", "linkerd", "");

    /// <summary>A chart, and what it is rendered with.</summary>
    public sealed record Case(string Chart, string Values, string KubeVersion, string[] ApiVersions, string Service, string Namespace, string Base)
    {
        private ValueMap All
        {
            get
            {
                var values = YamlReader.ReadMap(Base);
                ValueFlag.Merge(values, YamlReader.ReadMap(Values));
                return values;
            }
        }

        private ChartRelease Release => new() { Name = "linkerd", Namespace = Namespace, Service = Service };

        public IReadOnlyList<RenderedFile> Render()
        {
            var chart = Charts.Chart.FromFolder(Path.Combine(Repository.Root, "charts", Chart));
            return new ChartRenderer(chart, Release, new ClusterCapabilities(KubeVersion, ApiVersions)).Render(All);
        }

        public JsonNode ToJson() => new JsonObject
        {
            [nameof(Chart)] = Chart,
            ["ValuesYaml"] = YamlWriter.Write(All),
            [nameof(Release)] = new JsonObject { ["Name"] = "linkerd", [nameof(Namespace)] = Namespace, [nameof(Service)] = Service, ["IsInstall"] = true, ["IsUpgrade"] = false },
            [nameof(KubeVersion)] = KubeVersion,
            [nameof(ApiVersions)] = new JsonArray([.. ApiVersions.Select(v => (JsonNode)v)]),
        };
    }

    /// <summary>All answers of one run of the oracle.</summary>
    public sealed class Answers
    {
        private readonly Dictionary<string, JsonObject> _answers =
            Cases.Keys.Zip(new GoOracle().Run([.. Cases.Values.Select(c => c.ToJson())])).ToDictionary(p => p.First, p => p.Second);

        public JsonObject Of(string name) => _answers[name];
    }
}
