using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>The mesh on a real Kubernetes.</summary>
public sealed class MeshTests(MeshFixture mesh)
{
    [Fact]
    public void Injected_pods_have_their_shape()
    {
        var pod = MeshFixture.Pod("server");
        var spec = pod["spec"]!;
        var inits = spec["initContainers"]!.AsArray();
        var containers = spec["containers"]!.AsArray();

        Assert.Equal("linkerd-init", inits[0]!["name"]!.GetValue<string>());
        var proxies = mesh.ServerVersion.HasNativeSidecars ? inits : containers;
        Assert.Contains(proxies, c => c!["name"]!.GetValue<string>() == "linkerd-proxy");
        if (!mesh.ServerVersion.HasNativeSidecars)
            Assert.DoesNotContain("restartPolicy", inits.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("server", pod["metadata"]!["labels"]!["linkerd.io/proxy-deployment"]!.GetValue<string>());
        Assert.Equal("linkerd", pod["metadata"]!["labels"]!["linkerd.io/control-plane-ns"]!.GetValue<string>());
        Assert.Equal("enabled", pod["metadata"]!["annotations"]!["linkerd.io/inject"]!.GetValue<string>());
        var state = pod["status"]!["initContainerStatuses"]![0]!["state"]!["terminated"]!;
        Assert.Equal(0, state["exitCode"]!.GetValue<int>());
    }

    [Fact]
    public void A_pod_that_refuses_is_left_alone()
    {
        var pod = JsonNode.Parse(Kubectl.Run("-n", MeshFixture.Namespace, "get", "pod", "outsider", "-o", "json"))!;

        Assert.Single(pod["spec"]!["containers"]!.AsArray());
        Assert.Null(pod["spec"]!["initContainers"]);
    }

    [Fact]
    public void A_Service_gets_its_opaque_ports() =>
        Assert.Equal("3306", Kubectl.Run("-n", MeshFixture.Namespace, "get", "service", "database", "-o", "jsonpath={.metadata.annotations.config\\.linkerd\\.io/opaque-ports}"));

    [Fact]
    public async Task The_workload_is_told_of_its_injection() => await Eventually.TrueAsync(
        () => Kubectl.Run("-n", MeshFixture.Namespace, "get", "events", "--field-selector=reason=Injected", "-o", "jsonpath={.items[*].involvedObject.name}").Contains("server", StringComparison.Ordinal),
        "an event on deployment server", 30);

    [Fact]
    public async Task Requests_between_meshed_pods_travel_over_mTLS()
    {
        await Eventually.TrueAsync(() => MeshFixture.InClient("timeout 5 wget -qO- http://server.e2e.svc.cluster.local/ || true").Trim() == "hello from the server", "an answer of the server", 60);

        await Eventually.TrueAsync(
            () => MeshFixture.Metrics("server", "request_total{", "direction=\"inbound\"", "tls=\"true\"", $"client_id=\"{MeshFixture.Identity}\"").Any(),
            "a request that the server's proxy knows as the client's", 30);
    }

    [Fact]
    public void Proxies_show_the_anchors_they_trust_and_are_ready()
    {
        Assert.Contains("# ", MeshFixture.Fetch("client", 4191, "/metrics"), StringComparison.Ordinal);
        Assert.Equal("ready\n", MeshFixture.Fetch("client", 4191, "/ready"));
    }
}
