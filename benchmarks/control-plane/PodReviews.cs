using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>Deployments with their ReplicaSets, and what an API server asks an admission webhook about their new pods.</summary>
internal sealed class PodReviews
{
    private const int Deployments = 50;

    private readonly string[] _replicaSets = new string[Deployments];
    private int _next;

    /// <summary>Makes the Deployments in namespaces that are to be injected.</summary>
    public static async Task<PodReviews> CreateAsync(KubernetesClient client)
    {
        var reviews = new PodReviews();
        var inject = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["linkerd.io/inject"] = "enabled" } } };
        foreach (var ns in Scale.AllNamespaces)
            await client.Resource(Resources.Namespaces).PatchAsync(ns, Patch.Merge((JsonObject)inject.DeepClone()));
        for (var d = 0; d < Deployments; d++)
        {
            var deployment = await client.Resource(Resources.Deployments, Scale.NamespaceOf(d)).CreateAsync(new()
            {
                Metadata = new() { Name = NameOf(d) },
                Spec = new() { Replicas = 0, Selector = new() { MatchLabels = Labels(d) }, Template = new() { Metadata = new() { Labels = Labels(d) }, Spec = new() { Containers = [new() { Name = "app", Image = "example.com/app:1" }] } } },
            });
            var replicaSet = await client.Resource(Resources.ReplicaSets, Scale.NamespaceOf(d)).CreateAsync(new()
            {
                Metadata = new()
                {
                    Name = ReplicaSetOf(d),
                    Labels = Labels(d),
                    OwnerReferences = [new() { ApiVersion = "apps/v1", Kind = "Deployment", Name = NameOf(d), Uid = deployment.Metadata.Uid, Controller = true }],
                },
                Spec = new() { Replicas = 0, Selector = new() { MatchLabels = Labels(d) }, Template = deployment.Spec!.Template },
            });
            reviews._replicaSets[d] = replicaSet.Metadata.Uid!;
        }

        return reviews;
    }

    /// <summary>The review of the next pod, by Deployments in turn. Not thread-safe.</summary>
    public byte[] Next()
    {
        var turn = _next++;
        var d = turn % Deployments;
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["kind"] = "AdmissionReview",
            ["apiVersion"] = "admission.k8s.io/v1",
            ["request"] = new JsonObject
            {
                ["uid"] = string.Create(CultureInfo.InvariantCulture, $"705ab4f5-6393-11e8-b7cc-{turn:x12}"),
                ["kind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = "Pod" },
                ["resource"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["resource"] = "pods" },
                ["requestKind"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["kind"] = "Pod" },
                ["requestResource"] = new JsonObject { ["group"] = "", ["version"] = "v1", ["resource"] = "pods" },
                ["namespace"] = Scale.NamespaceOf(d),
                ["operation"] = "CREATE",
                ["userInfo"] = new JsonObject { ["username"] = "system:serviceaccount:kube-system:replicaset-controller", ["groups"] = new JsonArray("system:serviceaccounts", "system:authenticated") },
                ["object"] = Pod(d),
                ["oldObject"] = null,
                ["dryRun"] = false,
                ["options"] = new JsonObject { ["kind"] = "CreateOptions", ["apiVersion"] = "meta.k8s.io/v1" },
            },
        }.ToJsonString());
    }

    private static string NameOf(int d) => $"deployment-{d}";

    private static string ReplicaSetOf(int d) => $"{NameOf(d)}-5f6c8d9b7";

    private static Dictionary<string, string> Labels(int d) => new() { ["app"] = NameOf(d) };

    // A pod of a usual size, with what the server has filled in already.
    private JsonObject Pod(int d) => new()
    {
        ["kind"] = "Pod",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject
        {
            ["generateName"] = ReplicaSetOf(d) + "-",
            ["namespace"] = Scale.NamespaceOf(d),
            ["labels"] = new JsonObject { ["app"] = NameOf(d), ["pod-template-hash"] = "5f6c8d9b7" },
            ["annotations"] = new JsonObject { ["prometheus.io/scrape"] = "true", ["checksum/config"] = "0123456789abcdef" },
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "ReplicaSet",
                ["name"] = ReplicaSetOf(d),
                ["uid"] = _replicaSets[d],
                ["controller"] = true,
                ["blockOwnerDeletion"] = true,
            }),
        },
        ["spec"] = new JsonObject
        {
            ["volumes"] = new JsonArray(
                new JsonObject { ["name"] = "config", ["configMap"] = new JsonObject { ["name"] = "config", ["defaultMode"] = 420 } },
                new JsonObject { ["name"] = "default-token-abcde", ["secret"] = new JsonObject { ["secretName"] = "default-token-abcde", ["defaultMode"] = 420 } }),
            ["containers"] = new JsonArray(Container("app", 8080), Container("metrics", 9102)),
            ["restartPolicy"] = "Always",
            ["terminationGracePeriodSeconds"] = 30,
            ["dnsPolicy"] = "ClusterFirst",
            ["serviceAccountName"] = "default",
            ["serviceAccount"] = "default",
            ["securityContext"] = new JsonObject(),
            ["schedulerName"] = "default-scheduler",
            ["tolerations"] = new JsonArray(
                new JsonObject { ["key"] = "node.kubernetes.io/not-ready", ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 },
                new JsonObject { ["key"] = "node.kubernetes.io/unreachable", ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 }),
            ["priority"] = 0,
            ["enableServiceLinks"] = true,
        },
        ["status"] = new JsonObject(),
    };

    private static JsonObject Container(string name, int port)
    {
        var env = new JsonArray();
        for (var i = 0; i < 10; i++)
            env.Add((JsonNode)new JsonObject { ["name"] = $"SETTING_{i}", ["value"] = "a value of a usual length" });
        return new JsonObject
        {
            ["name"] = name,
            ["image"] = $"example.com/{name}:1",
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["containerPort"] = port, ["protocol"] = "TCP" }),
            ["env"] = env,
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "64Mi" } },
            ["volumeMounts"] = new JsonArray(
                new JsonObject { ["name"] = "config", ["mountPath"] = "/etc/app" },
                new JsonObject { ["name"] = "default-token-abcde", ["readOnly"] = true, ["mountPath"] = "/var/run/secrets/kubernetes.io/serviceaccount" }),
            ["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/ready", ["port"] = "http", ["scheme"] = "HTTP" }, ["periodSeconds"] = 10 },
            ["imagePullPolicy"] = "IfNotPresent",
        };
    }
}
