using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>Empties a namespace that is being deleted, then lets it go.</summary>
internal sealed class NamespaceController : Controller
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    public NamespaceController(ControllerContext context)
        : base("namespace", context) =>
        context.Namespaces.AddHandler(new ChangeHandler<Namespace>(n =>
        {
            if (n.Metadata.DeletionTimestamp is not null)
                Enqueue(n.Metadata);
        }));

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (Context.Namespaces.Get("", key.Name) is not { } space || space.Metadata.DeletionTimestamp is null)
            return;
        var left = 0;
        foreach (var type in await ResourceCatalog.ReadAsync(Client, cancel))
        {
            if (type.Namespaced)
                left += await EmptyAsync(type, key.Name, cancel);
        }

        if (left != 0)
        {
            EnqueueAfter(key, Again, cancel);
            return;
        }

        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = key.Name },
            ["spec"] = new JsonObject { ["finalizers"] = new JsonArray() },
        };
        await Client.RawAsync(HttpMethod.Put, $"api/v1/namespaces/{key.Name}/finalize", body.ToJsonString(), cancel);
    }

    private async Task<int> EmptyAsync(ResourceType<Workload> type, string ns, CancellationToken cancel)
    {
        var objects = Client.Resource(type, ns);
        var items = (await objects.ListAsync(cancel: cancel)).Items;
        foreach (var item in items.Where(static i => i.Metadata.DeletionTimestamp is null))
            await objects.TryDeleteAsync(item.Metadata.Name!, new DeleteOptions { PropagationPolicy = "Background" }, cancel);
        // Some are gone at once; what has finalizers or containers takes its time.
        return items.Count == 0 ? 0 : (await objects.ListAsync(cancel: cancel)).Items.Count;
    }
}
