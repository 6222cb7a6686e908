using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Makes pods from templates.</summary>
internal static class PodTemplate
{
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly ResourceType<JsonObject> PodJson = ResourceType.Dynamic(new GroupVersionResource("", "v1", "pods"), "Pod", true);

    /// <summary>A short hash of a template, the same for the same content in any order of keys.</summary>
    public static string Hash(JsonNode? template)
    {
        var bytes = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(template)));
        var text = new StringBuilder();
        foreach (var b in bytes.AsSpan(0, 10))
            text.Append(Letters[b % Letters.Length]);
        return text.ToString();
    }

    /// <summary>JSON with sorted keys.</summary>
    public static string Canonical(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return text.ToString();
    }

    /// <summary>A pod of the template, controlled by <paramref name="owner"/>.</summary>
    public static JsonObject Pod(Workload owner, JsonObject template, string? name, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var metadata = template["metadata"]?.DeepClone().AsObject() ?? [];
        metadata.Remove("name");
        metadata.Remove("namespace");
        metadata.Remove("creationTimestamp");
        if (name is null)
            metadata["generateName"] = Shorten(owner.Metadata.Name!) + "-";
        else
            metadata["name"] = name;
        metadata["namespace"] = owner.Metadata.Namespace;
        metadata["ownerReferences"] = Owners.Reference(owner);
        if (metadata["labels"] is not JsonObject own)
            metadata["labels"] = own = [];
        foreach (var (key, value) in labels)
            own[key] = value;
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() };
    }

    /// <summary>Creates a pod, waits until the cache has it, and records what happened on its owner.</summary>
    public static async Task CreateAsync(ControllerContext context, Workload owner, JsonObject pod, CancellationToken cancel)
    {
        try
        {
            var made = await context.Client.Resource(PodJson, owner.Metadata.Namespace).CreateAsync(pod, cancel: cancel);
            var name = made["metadata"]!["name"]!.GetValue<string>();
            context.Events.Record(owner.Kind!, owner.ApiVersion!, owner.Metadata, "Normal", "SuccessfulCreate", $"Created pod: {name}");
            await context.SeenAsync(() => context.Pods.Get(owner.Metadata.Namespace!, name) is not null, cancel);
        }
        catch (KubernetesException e)
        {
            context.Events.Record(owner.Kind!, owner.ApiVersion!, owner.Metadata, "Warning", "FailedCreate", $"Error creating: {e.Message}");
            throw;
        }
    }

    /// <summary>Deletes a pod and waits until the cache shows it.</summary>
    public static async Task DeleteAsync(ControllerContext context, Workload owner, Pod pod, CancellationToken cancel)
    {
        var name = pod.Metadata.Name!;
        if (!await context.Client.Resource(Resources.Pods, pod.Metadata.Namespace).TryDeleteAsync(name, cancel: cancel))
            return;
        context.Events.Record(owner.Kind!, owner.ApiVersion!, owner.Metadata, "Normal", "SuccessfulDelete", $"Deleted pod: {name}");
        await context.SeenAsync(
            () => context.Pods.Get(pod.Metadata.Namespace!, name) is not { Metadata.DeletionTimestamp: null } now || now.Metadata.Uid != pod.Metadata.Uid, cancel);
    }

    private static string Shorten(string name) => name.Length > 57 ? name[..57] : name;

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                text.Append('{');
                foreach (var (key, value) in map.OrderBy(static p => p.Key, StringComparer.Ordinal))
                {
                    if (value is null)
                        continue;
                    text.Append(key).Append(':');
                    Append(text, value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray list:
                text.Append('[');
                foreach (var item in list)
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
