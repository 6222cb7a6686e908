using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Admission;

/// <summary>Gives every pod an account and, unless it does not want it, the account's token in a projected volume.</summary>
internal sealed class ServiceAccountAdmission(ApiCore core)
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const long TokenSeconds = 3607;

    public void Mutate(AdmissionContext context)
    {
        if (context is not { Operation: AdmissionOperation.Create, Resource: { Group: "", Plural: "pods" }, Subresource: "" }) return;
        var pod = context.Object!;
        // A mirror of a static pod takes nothing from the cluster.
        if (pod.Obj("metadata").Obj("annotations").Str("kubernetes.io/config.mirror") is not null) return;
        var spec = pod.Child("spec");
        var name = spec.Str("serviceAccountName") is { Length: > 0 } given ? given : "default";
        spec["serviceAccountName"] = name;
        spec["serviceAccount"] = name;
        var account = core.Find("", "serviceaccounts", context.Namespace, name)?.Node
            ?? throw ApiException.Forbidden(context.Resource, context.Name, $"error looking up service account {context.Namespace}/{name}: serviceaccount \"{name}\" not found");
        if (spec.Arr("imagePullSecrets") is not { Count: > 0 } && account.Arr("imagePullSecrets") is { Count: > 0 } secrets) spec["imagePullSecrets"] = secrets.DeepClone();
        if (spec.Bool("automountServiceAccountToken") ?? account.Bool("automountServiceAccountToken") ?? true) MountToken(spec);
    }

    private static void MountToken(JsonObject spec)
    {
        var existing = spec.Arr("volumes").Objects().Select(v => v.Str("name")).FirstOrDefault(n => n?.StartsWith("kube-api-access-", StringComparison.Ordinal) == true);
        var volume = existing ?? "kube-api-access-" + RandomNumberGenerator.GetString("bcdfghjklmnpqrstvwxz2456789", 5);
        var mounted = false;
        foreach (var container in PodSpecs.Containers(spec))
        {
            if (container.Arr("volumeMounts").Objects().Any(m => m.Str("mountPath") == MountPath)) continue;
            if (container["volumeMounts"] is not JsonArray mounts) container["volumeMounts"] = mounts = [];
            mounts.Add((JsonNode)new JsonObject { ["name"] = volume, ["readOnly"] = true, ["mountPath"] = MountPath });
            mounted = true;
        }
        if (!mounted || existing is not null) return;
        if (spec["volumes"] is not JsonArray volumes) spec["volumes"] = volumes = [];
        volumes.Add((JsonNode)TokenVolume(volume));
    }

    private static JsonObject TokenVolume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["defaultMode"] = JsonValue.Create(420L),
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = JsonValue.Create(TokenSeconds), ["path"] = "token" } },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
        },
    };
}
