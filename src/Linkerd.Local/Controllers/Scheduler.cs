using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Controllers;

/// <summary>Binds pods to the one node, unless they ask for another kind of node.</summary>
internal sealed class Scheduler : Controller
{
    public Scheduler(ControllerContext context)
        : base("scheduler", context) =>
        context.Pods.AddHandler(new ChangeHandler<Pod>(p =>
        {
            if (p.Spec?.NodeName is null or "" && p.Metadata.DeletionTimestamp is null)
                Enqueue(p.Metadata);
        }));

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.Pods.Get(key.Namespace, key.Name) is not { Spec: { NodeName: null or "" } spec } pod || pod.Metadata.DeletionTimestamp is not null)
            return;
        if (spec.SchedulerName is not (null or "" or "default-scheduler"))
            return;
        var labels = NodeRegistration.Labels;
        if ((spec.NodeSelector ?? new Dictionary<string, string>()).FirstOrDefault(s => labels.GetValueOrDefault(s.Key) != s.Value) is { Key: not null } wrong)
        {
            Context.Events.Record("Pod", "v1", pod.Metadata, "Warning", "FailedScheduling",
                $"0/1 nodes are available: 1 node(s) didn't match Pod's node selector ({wrong.Key}={wrong.Value}); this cluster has one node, {NodeContext.NodeName}");
            await RefuseAsync(pod, cancel);
            return;
        }

        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["uid"] = pod.Metadata.Uid },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = NodeContext.NodeName },
        };
        await Client.RawAsync(HttpMethod.Post, $"api/v1/namespaces/{key.Namespace}/pods/{key.Name}/binding", binding.ToJsonString(), cancel);
        Context.Events.Record("Pod", "v1", pod.Metadata, "Normal", "Scheduled", $"Successfully assigned {key} to {NodeContext.NodeName}");
    }

    private Task<Pod> RefuseAsync(Pod pod, CancellationToken cancel) => Client.Resource(Resources.Pods, pod.Metadata.Namespace).PatchAsync(
        pod.Metadata.Name!,
        Patch.Merge(new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = "Unschedulable", ["message"] = "no node matches", ["lastTransitionTime"] = Statuses.Now(Clock),
                }),
            },
        }), "status", cancel: cancel);
}
