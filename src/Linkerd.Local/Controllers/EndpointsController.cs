using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Controllers;

/// <summary>Writes EndpointSlices and Endpoints for Services that select pods.</summary>
internal sealed class EndpointsController : Controller
{
    private const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    private const string Manager = "endpointslice-controller.k8s.io";
    private const int MaxPerSlice = 1000;
    private static readonly ResourceType<Workload> SliceType = WorkloadResources.Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice");
    private static readonly ResourceType<JsonObject> SliceJson = ResourceType.Dynamic(new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"), "EndpointSlice", true);
    private static readonly ResourceType<JsonObject> EndpointsJson = ResourceType.Dynamic(new GroupVersionResource("", "v1", "endpoints"), "Endpoints", true);
    private readonly Dictionary<ObjectKey, string> _endpoints = [];

    public EndpointsController(ControllerContext context)
        : base("endpoints", context)
    {
        context.Services.AddHandler(new ChangeHandler<Service>(s => Enqueue(s.Metadata)));
        context.Pods.AddHandler(new ChangeHandler<Pod>(PodChanged));
    }

    private void PodChanged(Pod pod)
    {
        foreach (var service in Context.Services.Items)
        {
            if (service.Metadata.Namespace == pod.Metadata.Namespace && Selectors.MatchesService(service.Spec?.Selector, pod.Metadata.Labels))
                Enqueue(service.Metadata);
        }
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var service = Context.Services.Get(key.Namespace, key.Name);
        if (service is null)
        {
            _endpoints.Remove(key);
            await RemoveAsync(key, cancel);
            return;
        }

        if (service.Spec?.Selector is not { Count: > 0 } || service.Spec.Type == "ExternalName" || service.Metadata.DeletionTimestamp is not null)
            return;
        var pods = Context.Pods.Items
            .Where(p => p.Metadata.Namespace == key.Namespace && p.Status?.PodIP is { Length: > 0 } && p.Status.Phase is not ("Succeeded" or "Failed")
                && Selectors.MatchesService(service.Spec.Selector, p.Metadata.Labels))
            .OrderBy(static p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        var groups = pods.GroupBy(p => PodTemplate.Canonical(Ports(service, p))).ToList();
        await WriteSlicesAsync(service, groups, cancel);
        await WriteEndpointsAsync(service, groups, cancel);
    }

    // A named target port may be another number in each pod, and one slice has one list of ports.
    private static JsonArray Ports(Service service, Pod pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Spec?.Ports ?? [])
        {
            var number = port.TargetPort switch
            {
                null => port.Port,
                { IsNumber: true } target => target.Number == 0 ? port.Port : target.Number,
                { } target => (pod.Spec?.Containers ?? []).Concat((pod.Spec?.InitContainers ?? []).Where(static c => c.RestartPolicy == "Always"))
                    .SelectMany(static c => c.Ports ?? []).FirstOrDefault(p => p.Name == target.Text && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.Port,
            };
            if (number is null)
                continue;
            var json = new JsonObject { ["name"] = port.Name ?? "", ["port"] = number, ["protocol"] = port.Protocol ?? "TCP" };
            if (port.AppProtocol is { } application)
                json["appProtocol"] = application;
            ports.Add((JsonNode)json);
        }

        return ports;
    }

    private static JsonObject Endpoint(Service service, Pod pod)
    {
        var terminating = pod.Metadata.DeletionTimestamp is not null;
        var serving = PodFacts.IsReady(pod);
        var endpoint = new JsonObject
        {
            ["addresses"] = new JsonArray(pod.Status!.PodIP),
            ["conditions"] = new JsonObject
            {
                ["ready"] = (serving && !terminating) || service.Spec?.PublishNotReadyAddresses == true,
                ["serving"] = serving,
                ["terminating"] = terminating,
            },
            ["nodeName"] = pod.Spec?.NodeName,
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = pod.Metadata.Name, ["namespace"] = pod.Metadata.Namespace, ["uid"] = pod.Metadata.Uid },
        };
        if (pod.Spec is { Hostname: { Length: > 0 } host } spec && spec.Subdomain == service.Metadata.Name)
            endpoint["hostname"] = host;
        return endpoint;
    }

    private async Task WriteSlicesAsync(Service service, List<IGrouping<string, Pod>> groups, CancellationToken cancel)
    {
        var wanted = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var number = 0;
            foreach (var chunk in group.Chunk(MaxPerSlice))
                Add(chunk, group.Key + number++);
        }

        if (wanted.Count == 0)
            Add([], "");
        var existing = Context.Slices.Items.Where(s => IsOurs(s, service.Metadata.Namespace!, service.Metadata.Name!)).ToDictionary(static s => s.Metadata.Name!, StringComparer.Ordinal);
        var client = Client.Resource(SliceJson, service.Metadata.Namespace);
        foreach (var (name, slice) in wanted)
        {
            if (!existing.TryGetValue(name, out var old))
                await CreateAsync(client, slice, cancel);
            else if (!Same(old, slice))
                await client.PatchAsync(name, Patch.Merge(new JsonObject { ["endpoints"] = slice["endpoints"]!.DeepClone(), ["ports"] = slice["ports"]!.DeepClone() }), cancel: cancel);
        }

        foreach (var name in existing.Keys.Except(wanted.Keys))
            await Client.Resource(SliceType, service.Metadata.Namespace).TryDeleteAsync(name, cancel: cancel);

        void Add(Pod[] pods, string identity)
        {
            var name = $"{service.Metadata.Name}-{PodTemplate.Hash(JsonValue.Create(identity))[..5]}";
            wanted[name] = Slice(service, name, pods);
        }
    }

    private static JsonObject Slice(Service service, string name, Pod[] pods)
    {
        var labels = new JsonObject();
        foreach (var (key, value) in service.Metadata.Labels ?? new Dictionary<string, string>())
            labels[key] = value;
        labels[ServiceEndpoints.ServiceLabel] = service.Metadata.Name;
        labels[ManagedBy] = Manager;
        if (service.Spec?.ClusterIP == "None")
            labels["service.kubernetes.io/headless"] = "";
        return new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = service.Metadata.Namespace,
                ["labels"] = labels,
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "Service", ["name"] = service.Metadata.Name, ["uid"] = service.Metadata.Uid, ["controller"] = true, ["blockOwnerDeletion"] = true,
                }),
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray([.. pods.Select(p => (JsonNode)Endpoint(service, p))]),
            ["ports"] = pods.Length == 0 ? [] : Ports(service, pods[0]),
        };
    }

    private async Task CreateAsync(ResourceClient<JsonObject> client, JsonObject slice, CancellationToken cancel)
    {
        try
        {
            await client.CreateAsync(slice, cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            await client.PatchAsync(slice["metadata"]!["name"]!.GetValue<string>(), Patch.Merge(slice), cancel: cancel);
        }

        var (ns, name) = (slice["metadata"]!["namespace"]!.GetValue<string>(), slice["metadata"]!["name"]!.GetValue<string>());
        await Context.SeenAsync(() => Context.Slices.Get(ns, name) is not null, cancel);
    }

    private static bool IsOurs(Workload slice, string ns, string service) =>
        slice.Metadata.Namespace == ns && slice.Metadata.Labels?.GetValueOrDefault(ServiceEndpoints.ServiceLabel) == service
        && slice.Metadata.Labels.GetValueOrDefault(ManagedBy) == Manager;

    private static bool Same(Workload old, JsonObject slice)
    {
        var more = old.More ?? [];
        return Equal("endpoints") && Equal("ports");

        bool Equal(string field) => PodTemplate.Canonical(more.TryGetValue(field, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.Array ? JsonArray.Create(value) : new JsonArray())
            == PodTemplate.Canonical(slice[field] as JsonArray ?? []);
    }

    private async Task WriteEndpointsAsync(Service service, List<IGrouping<string, Pod>> groups, CancellationToken cancel)
    {
        var subsets = new JsonArray();
        foreach (var group in groups)
        {
            var publish = service.Spec?.PublishNotReadyAddresses == true;
            var present = group.Where(static p => p.Metadata.DeletionTimestamp is null).ToList();
            var ready = present.Where(p => publish || PodFacts.IsReady(p)).ToList();
            var subset = new JsonObject();
            if (ready.Count != 0)
                subset["addresses"] = Addresses(service, ready);
            if (present.Count > ready.Count)
                subset["notReadyAddresses"] = Addresses(service, present.Except(ready));
            if (subset.Count == 0)
                continue;
            subset["ports"] = Ports(service, group.First());
            foreach (var port in subset["ports"]!.AsArray().OfType<JsonObject>().Where(static p => p["name"]?.GetValue<string>() == ""))
                port.Remove("name");
            subsets.Add((JsonNode)subset);
        }

        var key = new ObjectKey(service.Metadata.Namespace!, service.Metadata.Name!);
        var text = service.Metadata.Uid + PodTemplate.Canonical(subsets);
        if (_endpoints.GetValueOrDefault(key) == text)
            return;
        var labels = new JsonObject();
        foreach (var (name, value) in service.Metadata.Labels ?? new Dictionary<string, string>())
            labels[name] = value;
        var endpoints = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["namespace"] = key.Namespace, ["labels"] = labels },
            ["subsets"] = subsets,
        };
        await ApplyAsync(Client.Resource(EndpointsJson, key.Namespace), key.Name, endpoints, cancel);
        _endpoints[key] = text;
    }

    private static JsonArray Addresses(Service service, IEnumerable<Pod> pods) => new([.. pods.Select(p =>
    {
        var endpoint = Endpoint(service, p);
        var address = new JsonObject { ["ip"] = p.Status!.PodIP, ["nodeName"] = p.Spec?.NodeName, ["targetRef"] = endpoint["targetRef"]!.DeepClone() };
        if (endpoint["hostname"] is { } host)
            address["hostname"] = host.DeepClone();
        return (JsonNode)address;
    })]);

    /// <summary>Creates or merges.</summary>
    internal static async Task ApplyAsync(ResourceClient<JsonObject> client, string name, JsonObject value, CancellationToken cancel)
    {
        try
        {
            await client.PatchAsync(name, Patch.Merge(value), cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            await client.CreateAsync(value.DeepClone().AsObject(), cancel: cancel);
        }
    }

    private async Task RemoveAsync(ObjectKey key, CancellationToken cancel)
    {
        await Client.Resource(EndpointsJson, key.Namespace).TryDeleteAsync(key.Name, cancel: cancel);
        foreach (var slice in Context.Slices.Items.Where(s => IsOurs(s, key.Namespace, key.Name)).ToList())
            await Client.Resource(SliceType, key.Namespace).TryDeleteAsync(slice.Metadata.Name!, cancel: cancel);
    }
}
