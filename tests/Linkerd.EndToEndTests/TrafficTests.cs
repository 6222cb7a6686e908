using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>Traffic while the cluster changes beneath it.</summary>
public sealed class TrafficTests
{
    private static readonly string[] s_controlPlane = ["linkerd-identity", "linkerd-destination", "linkerd-proxy-injector"];

    [Fact]
    public async Task A_pod_that_is_killed_costs_no_more_than_the_request_in_flight()
    {
        var load = await Load.StartAsync("http://fleet.e2e.svc.cluster.local/");

        Kubectl.Run("-n", MeshFixture.Namespace, "delete", "pod", MeshFixture.Pods("fleet")[0]["metadata"]!["name"]!.GetValue<string>(), "--wait=false");
        await load.SucceedAsync(50);
        Kubectl.WaitForRollout(MeshFixture.Namespace, "fleet");
        await load.SucceedAsync(50);

        await load.StopAndAssertAsync(most: 1);
    }

    [Fact]
    public async Task Traffic_flows_on_while_the_control_plane_restarts_and_follows_what_changes_after_it()
    {
        var load = await Load.StartAsync("http://fleet.e2e.svc.cluster.local/");

        Kubectl.Run(["-n", "linkerd", "rollout", "restart", .. s_controlPlane.Select(static d => "deployment/" + d)]);
        foreach (var deployment in s_controlPlane)
            Kubectl.WaitForRollout("linkerd", deployment);
        await load.SucceedAsync(20);
        await load.StopAndAssertAsync();

        // Every endpoint is another one now, which only the new control plane can have told.
        var old = Addresses("fleet");
        Kubectl.Run("-n", MeshFixture.Namespace, "rollout", "restart", "deployment/fleet");
        Kubectl.WaitForRollout(MeshFixture.Namespace, "fleet");
        await Eventually.TrueAsync(() => !Addresses("fleet").Overlaps(old), "new pods only", 60);
        Assert.Equal("one of many", MeshFixture.InClient("timeout 10 wget -qO- http://fleet.e2e.svc.cluster.local/").Trim());
    }

    [Fact]
    public async Task A_Service_whose_ports_change_is_followed()
    {
        const string Url = "http://server.e2e.svc.cluster.local:8000/";
        Kubectl.Run("-n", MeshFixture.Namespace, "patch", "service", "server", "--type=json", "-p", """[{"op":"add","path":"/spec/ports/-","value":{"name":"moved","port":8000,"targetPort":8080}}]""");
        await Eventually.TrueAsync(() => MeshFixture.InClient($"timeout 5 wget -qO- {Url} || true").Trim() == "hello from the server", "an answer at the new port", 30);

        // The same port, now of the second program in the pod.
        Kubectl.Run("-n", MeshFixture.Namespace, "patch", "service", "server", "--type=json", "-p", """[{"op":"replace","path":"/spec/ports/1/targetPort","value":8081}]""");
        await Eventually.TrueAsync(() => MeshFixture.InClient($"timeout 5 wget -qO- {Url} || true").Trim() == "hello from the other port", "an answer of the other target port", 30);

        Kubectl.Run("-n", MeshFixture.Namespace, "patch", "service", "server", "--type=json", "-p", """[{"op":"remove","path":"/spec/ports/1"}]""");
        await Eventually.TrueAsync(() => MeshFixture.InClient($"timeout 5 wget -qO- {Url} 2>/dev/null || echo gone").Trim() == "gone", "no answer at the removed port", 30);
    }

    [Fact]
    public async Task A_port_marked_opaque_is_carried_over_mTLS_without_being_read()
    {
        Assert.Equal("bytes", MeshFixture.InClient("timeout 10 wget -qO- http://opaque.e2e.svc.cluster.local:8080/").Trim());

        await Eventually.TrueAsync(
            () => MeshFixture.Metrics("opaque", "tcp_open_total{", "direction=\"inbound\"", "peer=\"src\"", "tls=\"true\"", $"client_id=\"{MeshFixture.Identity}\"").Any(),
            "a connection that the server's proxy knows as the client's", 30);
        Assert.Empty(MeshFixture.Metrics("opaque", "request_total{", "direction=\"inbound\"", ":8080\""));
    }

    private static HashSet<string> Addresses(string app) => [.. MeshFixture.Pods(app).Select(static p => p["status"]!["podIP"]!.GetValue<string>())];
}
