using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>
/// Works out the slices of a Service that selects ExternalWorkloads: one set per address type and per list of ports, at most
/// <see cref="MaxEndpoints"/> in each. What is right stays where it is, so that a change of one workload writes one slice.
/// </summary>
/// <param name="zoneInTopology">Whether the API has zones where v1beta1 has them.</param>
internal sealed class SlicePlanner(bool zoneInTopology)
{
    /// <summary>Value of the label that says whose a slice is.</summary>
    public const string ManagedBy = "linkerd-external-workloads-controller";

    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    public const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>Most endpoints in a slice.</summary>
    public const int MaxEndpoints = 100;

    private const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>What to write. A Service that selects nothing any more loses its slices.</summary>
    public SlicePlan Plan(SliceState state)
    {
        var plan = new SlicePlan();
        var groups = Wanted(state);
        foreach (var slice in state.Slices.Where(static s => s.Metadata.DeletionTimestamp is null).OrderBy(static s => s.Metadata.Name, StringComparer.Ordinal))
        {
            // Slices of a Service that had the name before go with it.
            if (IsOwnedBy(slice, state.Service) && groups.TryGetValue((slice.AddressType ?? "", KeyOf(slice.Ports ?? [])), out var group))
                group.Existing.Add(slice);
            else
                plan.Delete.Add(slice);
        }

        var labels = Labels(state.Service);
        var taken = state.Slices.Select(static s => s.Metadata.Name!).ToHashSet();
        foreach (var group in groups.Values)
            Fill(plan, state.Service, group, labels, taken);
        return plan;
    }

    private static void Fill(SlicePlan plan, Service service, Group group, Dictionary<string, string> labels, HashSet<string> taken)
    {
        var drafts = group.Existing.ConvertAll(slice => Draft.Of(slice, group.Endpoints, labels));
        var rest = new Queue<SliceEndpoint>(group.Endpoints.Values);
        // First what is written anyway, the fullest first; then one slice that takes all the rest; then what would be empty.
        foreach (var draft in drafts.Where(static d => d.IsChanged && d.Endpoints.Count > 0).OrderByDescending(static d => d.Endpoints.Count))
            draft.Take(rest);
        if (rest.Count > 0)
            drafts.Where(d => !d.IsChanged && d.Endpoints.Count + rest.Count <= MaxEndpoints).MaxBy(static d => d.Endpoints.Count)?.Take(rest);
        foreach (var draft in drafts.Where(static d => d.Endpoints.Count == 0))
            draft.Take(rest);
        foreach (var draft in drafts)
        {
            if (draft.Endpoints.Count == 0)
                plan.Delete.Add(draft.Slice);
            else if (draft.IsChanged)
                plan.Update.Add(draft.Slice with { Metadata = draft.Slice.Metadata with { Labels = labels }, Endpoints = draft.Endpoints });
        }

        while (rest.Count > 0)
        {
            var draft = new Draft(New(service, group, labels, taken));
            draft.Take(rest);
            plan.Create.Add(draft.Slice with { Endpoints = draft.Endpoints });
        }
    }

    private Dictionary<(string AddressType, string Ports), Group> Wanted(SliceState state)
    {
        var groups = new Dictionary<(string, string), Group>();
        if (!WorkloadEndpoints.Selects(state.Service))
            return groups;
        foreach (var workload in state.Workloads.OrderBy(static w => w.Name.Name, StringComparer.Ordinal))
        {
            var ports = WorkloadEndpoints.Ports(state.Service, workload);
            foreach (var type in WorkloadEndpoints.AddressTypes(state.Service))
            {
                if (WorkloadEndpoints.Addresses(workload, type) is not { Count: > 0 } addresses)
                    continue;
                var key = (type, KeyOf(ports));
                if (!groups.TryGetValue(key, out var group))
                    groups.Add(key, group = new Group(type, ports));
                group.Endpoints[WorkloadEndpoints.KeyOf(workload)] = WorkloadEndpoints.Endpoint(state.Service, workload, addresses, zoneInTopology);
            }
        }

        return groups;
    }

    /// <summary>
    /// A new slice. Its name follows from what it is for: a slice that exists already, but is not known here yet, is not made twice.
    /// </summary>
    private static EndpointSlice New(Service service, Group group, Dictionary<string, string> labels, HashSet<string> taken)
    {
        var (ordinal, name) = (0, "");
        do
        {
            var seed = string.Create(CultureInfo.InvariantCulture, $"{service.Metadata.Uid}/{group.AddressType}/{KeyOf(group.Ports)}/{ordinal++}");
            name = $"linkerd-external-{service.Metadata.Name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)))[..10]}";
        }
        while (!taken.Add(name));
        return new EndpointSlice
        {
            Metadata = new()
            {
                Namespace = service.Metadata.Namespace,
                Name = name,
                Labels = labels,
                OwnerReferences = [new() { ApiVersion = "v1", Kind = "Service", Name = service.Metadata.Name, Uid = service.Metadata.Uid, Controller = true }],
            },
            AddressType = group.AddressType,
            Ports = group.Ports,
        };
    }

    /// <summary>The Service's labels and those that say what the slice is.</summary>
    private static Dictionary<string, string> Labels(Service service)
    {
        var labels = new Dictionary<string, string>(service.Metadata.Labels ?? new Dictionary<string, string>());
        labels.Remove(HeadlessLabel);
        if (WorkloadEndpoints.IsHeadless(service))
            labels[HeadlessLabel] = "";
        labels[ServiceNameLabel] = service.Metadata.Name ?? "";
        labels[ManagedByLabel] = ManagedBy;
        return labels;
    }

    private static bool IsOwnedBy(EndpointSlice slice, Service service) =>
        slice.Metadata.OwnerReferences?.Any(o => o.Kind == "Service" && o.Uid == service.Metadata.Uid) ?? false;

    private static string KeyOf(IEnumerable<EndpointPort> ports) =>
        string.Join(',', ports.Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}/{p.Port}/{p.Protocol ?? "TCP"}/{p.AppProtocol}")).Order(StringComparer.Ordinal));

    /// <summary>Endpoints that share their ports, and the slices that they are in.</summary>
    private sealed class Group(string addressType, IReadOnlyList<EndpointPort> ports)
    {
        public string AddressType => addressType;

        public IReadOnlyList<EndpointPort> Ports => ports;

        /// <summary>By workload; those that have found their place are taken out.</summary>
        public Dictionary<string, SliceEndpoint> Endpoints { get; } = [];

        public List<EndpointSlice> Existing { get; } = [];
    }

    /// <summary>A slice as it is going to be.</summary>
    private sealed class Draft(EndpointSlice slice)
    {
        public EndpointSlice Slice => slice;

        public List<SliceEndpoint> Endpoints { get; } = [];

        public bool IsChanged { get; private set; }

        /// <summary>What of a slice is still wanted, taken from <paramref name="wanted"/>.</summary>
        public static Draft Of(EndpointSlice slice, Dictionary<string, SliceEndpoint> wanted, Dictionary<string, string> labels)
        {
            var found = slice.Metadata.Labels;
            var draft = new Draft(slice) { IsChanged = found is null || found.Count != labels.Count || labels.Any(l => found.GetValueOrDefault(l.Key) != l.Value) };
            foreach (var endpoint in slice.Endpoints ?? [])
            {
                if (wanted.Remove(WorkloadEndpoints.KeyOf(endpoint), out var now))
                    draft.Endpoints.Add(now);
                draft.IsChanged |= now is null || !WorkloadEndpoints.AreSame(now, endpoint);
            }

            return draft;
        }

        /// <summary>Takes what there is room for.</summary>
        public void Take(Queue<SliceEndpoint> rest)
        {
            while (Endpoints.Count < MaxEndpoints && rest.TryDequeue(out var endpoint))
            {
                Endpoints.Add(endpoint);
                IsChanged = true;
            }
        }
    }
}
