using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Controller.Injector;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Controller.Tests.Injector;

/// <summary>A webhook before a scripted API server with namespace <c>shop</c>, Deployment <c>web</c> and its ReplicaSet.</summary>
internal sealed class WebhookLab : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly KubernetesClient _client;
    private readonly Task _events;

    public WebhookLab(string minor = "20", string inject = "enabled")
    {
        Kubernetes.Answers["/version"] = """{"major":"1","minor":"MINOR"}""".Replace("MINOR", minor, StringComparison.Ordinal);
        Kubernetes.Answers["/api/v1/namespaces/shop"] =
            """{"metadata":{"name":"shop","annotations":{"linkerd.io/inject":"INJECT","config.linkerd.io/proxy-log-level":"debug"}}}""".Replace("INJECT", inject, StringComparison.Ordinal);
        Kubernetes.Answers["/apis/apps/v1/namespaces/shop/replicasets/web-1"] =
            """{"metadata":{"name":"web-1","uid":"rs","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"deploy","controller":true}]}}""";
        _client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://localhost") }, Kubernetes);
        var events = new EventRecorder(_client, NullLogger.Instance, TimeProvider.System);
        _events = events.RunAsync(_stop.Token);
        var values = new InjectValues { IdentityTrustAnchorsPem = "anchors" };
        Webhook = new InjectorWebhook(
            "linkerd", () => values, new NamespaceLookup(_client, new Informer<Kubernetes.Models.Namespace>(_client.Resource(Resources.Namespaces))),
            new OwnerResolver(_client), new ServerVersion(_client, TimeProvider.System), events, new InjectorMetrics(Metrics), NullLogger.Instance);
    }

    public ScriptedKubernetes Kubernetes { get; } = new();

    public MetricRegistry Metrics { get; } = new();

    public InjectorWebhook Webhook { get; }

    public static JsonObject Review(string kind, string resource, string apiVersion = "admission.k8s.io/v1") => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = "AdmissionReview",
        ["request"] = new JsonObject
        {
            ["uid"] = "42",
            ["kind"] = new JsonObject { ["kind"] = kind },
            ["namespace"] = "shop",
            ["object"] = JsonNode.Parse(resource),
        },
    };

    public const string Pod = """
        {"metadata":{"generateName":"web-1-","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-1","uid":"rs","controller":true}]},
         "spec":{"containers":[{"name":"web","image":"nginx","ports":[{"containerPort":80}]}]}}
        """;

    public static JsonArray? PatchOf(JsonObject review) =>
        review["response"]!["patch"] is { } patch ? (JsonArray)JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(patch.GetValue<string>())))! : null;

    public void Dispose()
    {
        _stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => _events.GetAwaiter().GetResult());
        _client.Dispose();
        _stop.Dispose();
    }
}
