using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Tests.Destination;

public sealed class CoreTests
{
    [Theory]
    [InlineData("web.app.svc.cluster.local:8080", "web.app.svc.cluster.local", 8080, false)]
    [InlineData("web.app.svc.cluster.local", "web.app.svc.cluster.local", 80, false)]
    [InlineData("10.0.0.1:443", "10.0.0.1", 443, true)]
    [InlineData("[fd00::1]:443", "fd00::1", 443, true)]
    [InlineData("[fd00::1]", "fd00::1", 80, true)]
    public void Targets_are_parsed(string path, string host, int port, bool isIp)
    {
        var target = Target.Parse(path)!;
        Assert.Equal((host, port, isIp), (target.Host, target.Port, target.Ip is not null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("web:0")]
    [InlineData("web:65536")]
    [InlineData("web:x")]
    [InlineData("web:")]
    [InlineData("a:b:80")]
    [InlineData("[fd00::1")]
    [InlineData("[fd00::1]80")]
    public void Malformed_targets_are_refused(string path) => Assert.Null(Target.Parse(path));

    [Theory]
    [InlineData("web.app.svc.cluster.local", "web.app", null)]
    [InlineData("web.app.svc.cluster.local.", "web.app", null)]
    [InlineData("WEB.app.svc.cluster.local", "web.app", null)]
    [InlineData("web-0.web.app.svc.cluster.local", "web.app", "web-0")]
    public void Names_of_services_and_instances_are_parsed(string host, string service, string? instance)
    {
        var authority = ServiceAuthority.Parse(host, "cluster.local")!;
        Assert.Equal((service, instance), (authority.Service.ToString(), authority.Instance));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("web.app.svc.other.local")]
    [InlineData("app.svc.cluster.local")]
    [InlineData("a.b.c.d.svc.cluster.local")]
    [InlineData(".app.svc.cluster.local")]
    public void Other_names_are_not_services(string host) => Assert.Null(ServiceAuthority.Parse(host, "cluster.local"));

    [Theory]
    [InlineData("""{"ns":"a","nodeName":"n","pod":"p"}""", "a", "n", "p")]
    [InlineData("ns:a", "a", "", "")]
    [InlineData("""{"ns":1}""", "", "", "")]
    [InlineData("{", "", "", "")]
    [InlineData("[]", "", "", "")]
    [InlineData("", "", "", "")]
    public void Context_tokens_are_parsed(string text, string ns, string node, string pod) => Assert.Equal(new ContextToken(ns, node, pod), ContextToken.Parse(text));

    [Fact]
    public void A_diff_sends_what_is_new_changed_or_gone()
    {
        var diff = new EndpointDiff();
        var (a, b) = (Endpoint("10.0.0.1"), Endpoint("10.0.0.2"));
        var (add, remove) = diff.Next([a, b]);
        Assert.Equal([a, b], add);
        Assert.Empty(remove);
        var changed = b with { TlsIdentity = "x" };
        (add, remove) = diff.Next([a with { }, changed]);
        Assert.Equal([changed], add);
        Assert.Empty(remove);
        (add, remove) = diff.Next([changed]);
        Assert.Empty(add);
        Assert.Equal([a.Key], remove);
        (add, remove) = diff.Next([]);
        Assert.Equal([b.Key], remove);
    }

    [Fact]
    public void Hints_count_only_when_every_endpoint_has_one()
    {
        var (a, b) = (Endpoint("10.0.0.1") with { ForZones = ["east"] }, Endpoint("10.0.0.2") with { ForZones = ["west"] });
        var east = new EndpointFilter(null, "n", "east", false);
        Assert.Equal([a], east.Apply(new EndpointSet([a, b], false)));
        Assert.Equal([a, b], (east with { Zone = "north" }).Apply(new EndpointSet([a, b], false)));
        Assert.Equal([a, b], (east with { Zone = "" }).Apply(new EndpointSet([a, b], false)));
        var c = Endpoint("10.0.0.3");
        Assert.Equal([a, b, c], east.Apply(new EndpointSet([a, b, c], false)));
    }

    [Fact]
    public void Local_traffic_stays_on_the_clients_node()
    {
        var (a, b) = (Endpoint("10.0.0.1") with { NodeName = "n1" }, Endpoint("10.0.0.2") with { NodeName = "n2" });
        Assert.Equal([b], new EndpointFilter(null, "n2", "", false).Apply(new EndpointSet([a, b], true)));
        Assert.Empty(new EndpointFilter(null, "", "", false).Apply(new EndpointSet([a, b], true)));
    }

    [Fact]
    public void Of_a_dual_stack_pod_the_ipv6_address_is_preferred_when_enabled()
    {
        var pod = new PodName("app", "p");
        var (v4, v6, only4) = (Endpoint("10.0.0.1") with { Pod = pod }, Endpoint("fd00::1") with { Pod = pod }, Endpoint("10.0.0.2") with { Pod = new PodName("app", "q") });
        var set = new EndpointSet([v4, v6, only4], false);
        Assert.Equal([v6, only4], new EndpointFilter(null, "", "", true).Apply(set));
        Assert.Equal([v4, only4], new EndpointFilter(null, "", "", false).Apply(set));
    }

    [Fact]
    public async Task A_mailbox_keeps_the_newest_and_gives_up_a_reader_that_never_reads()
    {
        var overflows = 0;
        var mailbox = new Mailbox<string>(() => overflows++);
        mailbox.Offer("a");
        mailbox.Offer("b");
        Assert.Equal("b", await mailbox.ReadAsync(default));
        var waiting = mailbox.ReadAsync(default);
        Assert.False(waiting.IsCompleted);
        mailbox.Offer("c");
        Assert.Equal("c", await waiting);
        for (var i = 0; i < Mailbox<string>.Capacity; i++)
            mailbox.Offer("d" + i);
        Assert.Equal("d99", await mailbox.ReadAsync(default));
        for (var i = 0; i <= Mailbox<string>.Capacity; i++)
            mailbox.Offer("e" + i);
        await Assert.ThrowsAsync<StreamOverflowException>(async () => await mailbox.ReadAsync(default));
        Assert.Equal(1, overflows);
    }

    private static EndpointInfo Endpoint(string ip) => new(new EndpointKey(IPAddress.Parse(ip), 80));
}
