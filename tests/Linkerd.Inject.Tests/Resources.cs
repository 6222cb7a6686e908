using System.Text.Json.Nodes;
using Linkerd.Inject.Values;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Inject.Tests;

/// <summary>Resources and values that tests start from.</summary>
internal static class Resources
{
    public static readonly KubernetesVersion Old = new(1, 28);
    public static readonly KubernetesVersion New = new(1, 29);

    public static readonly InjectValues Values = new()
    {
        IdentityTrustAnchorsPem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
        Proxy = new ProxyValues { Image = new ImageValues { Name = "cr.l5d.io/linkerd/proxy" } },
    };

    public const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          namespace: shop
          labels:
            app: web
        spec:
          containers:
          - name: web
            image: nginx
            ports:
            - name: http
              containerPort: 80
            readinessProbe:
              httpGet:
                path: /healthz
                port: 9090
        """;

    /// <summary>The same pod as the template of another kind.</summary>
    public static string Workload(string kind) => kind switch
    {
        "Pod" => Pod,
        "CronJob" => $"""
            apiVersion: batch/v1
            kind: CronJob
            metadata:
              name: web
              namespace: shop
            spec:
              schedule: "* * * * *"
              jobTemplate:
                spec:
                  template:
            {Template(10)}
            """,
        _ => $"""
            apiVersion: apps/v1
            kind: {kind}
            metadata:
              name: web
              namespace: shop
            spec:
              template:
            {Template(4)}
            """,
    };

    public static JsonObject Parse(string yaml) => (JsonObject)KubernetesYaml.Read(yaml)!;

    public static JsonObject With(string yaml, Action<JsonObject> change)
    {
        var resource = Parse(yaml);
        change(resource);
        return resource;
    }

    public static JsonObject Annotated(params (string Key, string Value)[] annotations) => With(Pod, pod =>
        pod["metadata"]!["annotations"] = new JsonObject(annotations.Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value))));

    public static InjectionRequest Request(JsonObject resource) => new()
    {
        Resource = resource,
        Values = Values,
        Namespace = "shop",
        NamespaceAnnotations = new Dictionary<string, string> { [Annotations.Inject] = "enabled" },
        Owner = ("Deployment", "web"),
        ServerVersion = Old,
        CreatedBy = "linkerd/proxy-injector test",
    };

    private static string Template(int indent)
    {
        var lines = """
            metadata:
              labels:
                app: web
            spec:
              containers:
              - name: web
                image: nginx
                ports:
                - name: http
                  containerPort: 80
            """.Split('\n');
        return string.Join('\n', lines.Select(l => new string(' ', indent) + l));
    }
}
