using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Runtime;

/// <summary>The last step of a pod's deletion: its containers have ended, so the API may forget it.</summary>
internal static class PodDeletion
{
    public static async Task CompleteAsync(NodeContext node, Pod pod)
    {
        var path = $"api/v1/namespaces/{pod.Metadata.Namespace}/pods/{pod.Metadata.Name}";
        var options = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["gracePeriodSeconds"] = 0,
            ["preconditions"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
        };
        for (var attempt = 0; attempt < 10; attempt++)
        {
            try
            {
                await node.Client.RawAsync(HttpMethod.Delete, path, options.ToJsonString());
                return;
            }
            catch (KubernetesException e) when (e.IsNotFound || e.IsConflict)
            {
                return;
            }
            catch (KubernetesException e)
            {
                node.Log.Failure($"pod {pod.Metadata.Namespace}/{pod.Metadata.Name} deletion", e);
                await Task.Delay(TimeSpan.FromMilliseconds(200 << attempt), node.Clock);
            }
        }
    }
}
