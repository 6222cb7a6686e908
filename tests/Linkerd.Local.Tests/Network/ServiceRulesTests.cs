using System.Diagnostics;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Tests.Network;

public sealed class ServiceRulesTests
{
    [Fact]
    public void Each_endpoint_gets_its_share()
    {
        var rules = Build(Service("web", "10.96.0.7"), Slice("web", true, "10.42.0.2", "10.42.0.3", "10.42.0.4"));
        Assert.Contains("-A LKD-SERVICES -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j LKD-SVC-", rules);
        Assert.Contains("--probability 0.3333333333", rules);
        Assert.Contains("--probability 0.5000000000", rules);
        Assert.Equal(3, rules.Split("-j DNAT --to-destination").Length - 1);
    }

    [Fact]
    public void Without_endpoints_connections_are_refused()
    {
        var rules = Build(Service("web", "10.96.0.7"), Slice("web", false, "10.42.0.2"));
        Assert.Contains("-A LKD-REJECT -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j REJECT", rules);
        Assert.DoesNotContain("DNAT", rules);
    }

    [Fact]
    public void Headless_services_have_no_rules() =>
        Assert.DoesNotContain("10.42.0.2", Build(Service("web", "None"), Slice("web", true, "10.42.0.2")));

    [Fact]
    public void Endpoints_that_end_serve_until_others_are_ready()
    {
        var slice = Slice("web", false, "10.42.0.2");
        slice.Endpoints![0].Conditions = new EndpointConditions { Ready = false, Serving = true, Terminating = true };
        Assert.Contains("10.42.0.2:8080", Build(Service("web", "10.96.0.7"), slice));
        Assert.DoesNotContain("10.42.0.2:8080", Build(Service("web", "10.96.0.7"), slice, Slice("web", true, "10.42.0.9")));
    }

    [Fact]
    public void The_same_state_makes_the_same_rules()
    {
        var (a, b) = (Service("a", "10.96.0.1"), Service("b", "10.96.0.2"));
        var slices = new[] { Slice("a", true, "10.42.0.3", "10.42.0.2"), Slice("b", true, "10.42.0.4") };
        Assert.Equal(ServiceRules.Build([a, b], ServiceEndpoints.Index(slices)), ServiceRules.Build([b, a], ServiceEndpoints.Index(slices.Reverse())));
    }

    [Fact]
    public async Task Iptables_takes_them()
    {
        var node = Service("node", "10.96.0.8");
        node.Spec!.Ports![0].NodePort = 30080;
        var rules = ServiceRules.Build([Service("web", "10.96.0.7"), node, Service("none", "10.96.0.9")], ServiceEndpoints.Index([Slice("web", true, "10.42.0.2", "10.42.0.3"), Slice("node", true, "10.42.0.4")]));
        var (code, _, error) = await Tool.TryRunAsync("unshare", ["--net", Tool.Path("iptables-restore")], rules, TestContext.Current.CancellationToken);
        Assert.True(code == 0, error);
    }

    private static string Build(Service service, params EndpointSlice[] slices) => ServiceRules.Build([service], ServiceEndpoints.Index(slices));

    private static Service Service(string name, string address) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = name },
        Spec = new ServiceSpec { Type = "ClusterIP", ClusterIP = address, Ports = [new ServicePort { Name = "http", Port = 80 }] },
    };

    private static EndpointSlice Slice(string service, bool ready, params string[] addresses) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = service + "-x", Labels = new Dictionary<string, string> { [ServiceEndpoints.ServiceLabel] = service } },
        AddressType = "IPv4",
        Ports = [new EndpointPort { Name = "http", Port = 8080, Protocol = "TCP" }],
        Endpoints = [.. addresses.Select(a => new SliceEndpoint { Addresses = [a], Conditions = new EndpointConditions { Ready = ready } })],
    };
}
