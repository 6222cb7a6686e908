using System.Globalization;
using System.Net;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Destination.Slices;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Tests.Destination;

/// <summary>The slices that a Service should have, and the writes that lead there.</summary>
public sealed class SlicePlannerTests
{
    private readonly SlicePlanner _planner = new(zoneInTopology: false);
    private readonly List<ExternalWorkload> _workloads = [];
    private readonly Dictionary<string, EndpointSlice> _slices = [];
    private Service _service = Service();

    private static Service Service(string? clusterIp = "10.96.0.9", IntOrString? target = null, string[]? families = null) => new()
    {
        Metadata = new() { Namespace = "app", Name = "vm", Uid = "service-1", Labels = new Dictionary<string, string> { ["team"] = "billing" } },
        Spec = new()
        {
            ClusterIP = clusterIp,
            IpFamilies = families ?? ["IPv4"],
            Selector = new Dictionary<string, string> { ["app"] = "vm" },
            Ports = [new() { Name = "http", Port = 80, TargetPort = target ?? "web" }],
        },
    };

    private static ExternalWorkload Workload(string name, string ip = "192.0.2.1", bool ready = true, int port = 8080, params string[] more) => new(new ExternalWorkloadName("app", name))
    {
        Uid = "uid-" + name,
        Labels = new Dictionary<string, string> { ["app"] = "vm", ["topology.kubernetes.io/zone"] = "east" },
        Ips = [IPAddress.Parse(ip), .. more.Select(IPAddress.Parse)],
        Ports = [new("web", port, "TCP"), new("linkerd-proxy", 4143, "TCP")],
        Identity = "spiffe://root/" + name,
        ServerName = name + ".example",
        IsReady = ready,
    };

    /// <summary>Does what the plan says, as an API server would, and returns it.</summary>
    private SlicePlan Run()
    {
        var plan = _planner.Plan(new SliceState(_service, _workloads, [.. _slices.Values]));
        foreach (var slice in plan.Create)
            Assert.True(_slices.TryAdd(slice.Metadata.Name!, slice));
        foreach (var slice in plan.Update)
            Assert.True(_slices.ContainsKey(slice.Metadata.Name!));
        foreach (var slice in plan.Update)
            _slices[slice.Metadata.Name!] = slice;
        foreach (var slice in plan.Delete)
            Assert.True(_slices.Remove(slice.Metadata.Name!));
        return plan;
    }

    private static string Writes(SlicePlan plan) => $"{plan.Create.Count} created, {plan.Update.Count} updated, {plan.Delete.Count} deleted";

    private IEnumerable<string> Names() => _slices.Values.SelectMany(static s => s.Endpoints!).Select(static e => e.TargetRef!.Name!).Order(StringComparer.Ordinal);

    [Fact]
    public void A_slice_says_where_the_workloads_are_and_whose_it_is()
    {
        _workloads.Add(Workload("a"));
        _workloads.Add(Workload("b", "192.0.2.2", ready: false));
        Assert.Equal("1 created, 0 updated, 0 deleted", Writes(Run()));
        var slice = Assert.Single(_slices.Values);
        Assert.StartsWith("linkerd-external-vm-", slice.Metadata.Name, StringComparison.Ordinal);
        Assert.Equal(
            "endpointslice.kubernetes.io/managed-by=linkerd-external-workloads-controller,kubernetes.io/service-name=vm,team=billing",
            string.Join(',', slice.Metadata.Labels!.OrderBy(static l => l.Key, StringComparer.Ordinal).Select(static l => $"{l.Key}={l.Value}")));
        var owner = Assert.Single(slice.Metadata.OwnerReferences!);
        Assert.Equal(("v1", "Service", "vm", "service-1", true), (owner.ApiVersion, owner.Kind, owner.Name, owner.Uid, owner.Controller));
        Assert.Equal("IPv4", slice.AddressType);
        Assert.Equal(("http", 8080, "TCP"), (slice.Ports![0].Name, slice.Ports[0].Port, slice.Ports[0].Protocol));
        var (a, b) = (slice.Endpoints![0], slice.Endpoints[1]);
        Assert.Equal(("192.0.2.1", "ExternalWorkload", "a", "app", "uid-a", "east", null), (a.Addresses![0], a.TargetRef!.Kind, a.TargetRef.Name, a.TargetRef.Namespace, a.TargetRef.Uid, a.Zone, a.Hostname));
        Assert.Equal(((bool?)true, (bool?)true, (bool?)false), (a.Conditions!.Ready, a.Conditions.Serving, a.Conditions.Terminating));
        Assert.Equal(((bool?)false, (bool?)false), (b.Conditions!.Ready, b.Conditions.Serving));

        Assert.Equal("0 created, 0 updated, 0 deleted", Writes(Run()));
    }

    [Fact]
    public void No_slice_has_more_than_a_hundred_endpoints_and_one_change_writes_one_slice()
    {
        for (var i = 0; i < 250; i++)
            _workloads.Add(Workload(string.Create(CultureInfo.InvariantCulture, $"vm-{i:000}"), $"192.0.2.{i}"));
        Assert.Equal("3 created, 0 updated, 0 deleted", Writes(Run()));
        Assert.Equal([50, 100, 100], _slices.Values.Select(static s => s.Endpoints!.Count).Order());
        Assert.Equal(_workloads.Select(static w => w.Name.Name), Names());

        _workloads[120] = Workload("vm-120", "198.51.100.1");
        Assert.Equal("0 created, 1 updated, 0 deleted", Writes(Run()));
        _workloads.RemoveAt(0);
        Assert.Equal("0 created, 1 updated, 0 deleted", Writes(Run()));
        // The room that became free is used, not a fourth slice.
        _workloads.Add(Workload("vm-250", "198.51.100.2"));
        Assert.Equal("0 created, 1 updated, 0 deleted", Writes(Run()));
        Assert.Equal(_workloads.Select(static w => w.Name.Name), Names());
        Assert.All(_slices.Values, static s => Assert.InRange(s.Endpoints!.Count, 1, 100));
        Assert.Equal(3, _slices.Count);
    }

    [Fact]
    public void Ports_are_found_by_name_or_number_and_workloads_that_differ_are_apart()
    {
        _workloads.Add(Workload("a"));
        _workloads.Add(Workload("b", "192.0.2.2", port: 9090));
        Assert.Equal("2 created, 0 updated, 0 deleted", Writes(Run()));
        Assert.Equal([8080, 9090], _slices.Values.Select(static s => s.Ports![0].Port!.Value).Order());

        // By number only those that say that they have it; the other is there without a port.
        _service = Service(target: 9090);
        Run();
        Assert.Equal(["9090: b", ": a"], _slices.Values.OrderBy(static s => -s.Ports!.Count).Select(static s => $"{(s.Ports!.Count == 0 ? "" : s.Ports[0].Port)}: {s.Endpoints![0].TargetRef!.Name}"));
    }

    [Fact]
    public void Each_family_of_the_Service_has_slices_of_its_own()
    {
        _service = Service(families: ["IPv4", "IPv6"]);
        _workloads.Add(Workload("a", "192.0.2.1", true, 8080, "2001:db8::1"));
        _workloads.Add(Workload("b", "2001:db8::2"));
        Assert.Equal("2 created, 0 updated, 0 deleted", Writes(Run()));
        Assert.Equal(["IPv4 192.0.2.1", "IPv6 2001:db8::1 2001:db8::2"], _slices.Values.OrderBy(static s => s.AddressType, StringComparer.Ordinal).Select(static s => $"{s.AddressType} {string.Join(' ', s.Endpoints!.Select(static e => e.Addresses![0]))}"));
        _service = Service(families: ["IPv4"]);
        Assert.Equal("0 created, 0 updated, 1 deleted", Writes(Run()));
        Assert.Equal("IPv4", Assert.Single(_slices.Values).AddressType);
    }

    [Fact]
    public void Only_a_headless_Service_gives_host_names()
    {
        _service = Service(clusterIp: "None", families: []);
        _workloads.Add(Workload("a"));
        Run();
        var slice = Assert.Single(_slices.Values);
        Assert.Equal(("", "a"), (slice.Metadata.Labels!["service.kubernetes.io/headless"], slice.Endpoints![0].Hostname));
    }

    [Fact]
    public void Without_workloads_or_a_selector_the_slices_go()
    {
        _workloads.Add(Workload("a"));
        Run();
        var made = _slices.Values.Single();
        _workloads.Clear();
        Assert.Equal("0 created, 0 updated, 1 deleted", Writes(Run()));

        _slices.Add(made.Metadata.Name!, made);
        _workloads.Add(Workload("a"));
        _service.Spec!.Selector = null;
        Assert.Equal("0 created, 0 updated, 1 deleted", Writes(Run()));
    }

    [Fact]
    public void Labels_follow_the_Service_and_what_others_changed_is_put_right()
    {
        _workloads.Add(Workload("a"));
        Run();
        _service.Metadata.Labels = new Dictionary<string, string> { ["team"] = "sales", ["kubernetes.io/service-name"] = "other" };
        Assert.Equal("0 created, 1 updated, 0 deleted", Writes(Run()));
        Assert.Equal(("sales", "vm"), (_slices.Values.Single().Metadata.Labels!["team"], _slices.Values.Single().Metadata.Labels!["kubernetes.io/service-name"]));

        var (name, slice) = _slices.Single();
        _slices[name] = slice with { Endpoints = [slice.Endpoints![0] with { Addresses = ["203.0.113.66"] }, new SliceEndpoint { Addresses = ["203.0.113.67"] }] };
        Assert.Equal("0 created, 1 updated, 0 deleted", Writes(Run()));
        Assert.Equal(["192.0.2.1"], _slices[name].Endpoints!.Select(static e => e.Addresses![0]));
        // A server that keeps no more conditions than this one is not written to for ever.
        _slices[name] = _slices[name] with { Endpoints = [_slices[name].Endpoints![0] with { Conditions = new() { Ready = true } }] };
        Assert.Equal("0 created, 0 updated, 0 deleted", Writes(Run()));
    }

    [Fact]
    public void Slices_of_an_earlier_Service_of_that_name_are_not_taken_over()
    {
        _workloads.Add(Workload("a"));
        Run();
        var old = _slices.Keys.Single();
        _service.Metadata.Uid = "service-2";
        Assert.Equal("1 created, 0 updated, 1 deleted", Writes(Run()));
        Assert.NotEqual(old, _slices.Keys.Single());
    }

    [Fact]
    public void The_older_API_has_the_zone_in_the_topology()
    {
        var planner = new SlicePlanner(zoneInTopology: true);
        var state = new SliceState(_service, [Workload("a")], []);
        var made = planner.Plan(state).Create.Single();
        Assert.Equal((null, "east"), (made.Endpoints![0].Zone, made.Endpoints[0].Topology!["topology.kubernetes.io/zone"]));
        Assert.Equal("0 created, 0 updated, 0 deleted", Writes(planner.Plan(state with { Slices = [made] })));
    }
}
