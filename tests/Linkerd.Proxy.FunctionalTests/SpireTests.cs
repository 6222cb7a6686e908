using Linkerd.Api.Destination;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Proxies whose certificates are X.509-SVIDs of a SPIFFE Workload API instead of the identity controller's.</summary>
public sealed class SpireTests
{
    [Fact]
    [Proves("6.2 SPIRE")]
    public async Task Workloads_are_known_by_their_SPIFFE_IDs_and_SVIDs_are_renewed_live()
    {
        await using var mesh = await MeshFixture.StartAsync();
        mesh.Control.Policy.Inbound.Set("server:8080", Policies.Only(IdOf("client")));
        var (server, _) = await AddAsync(mesh, "server");
        var (client, agent) = await AddAsync(mesh, "client");
        var (stranger, _) = await AddAsync(mesh, "stranger");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        var endpoint = MeshFixture.Endpoint(server, 8080);
        endpoint.TlsIdentity = new TlsIdentity { UriLikeIdentity = new() { Uri = IdOf("server") }, ServerName = new() { Name = server.Identity } };
        mesh.AddService("web", "10.96.0.10", 80, [endpoint]);

        var (code, answer) = await client.TryAsync("curl", "-sS", "-i", "--max-time", "10", "http://10.96.0.10/first");
        Assert.True(code == 0 && answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer + mesh.Logs());
        Assert.Contains($"l5d-client-id: {IdOf("client")}\n", answer);
        Assert.Equal("403", await StatusAsync(stranger));
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"outbound\"", "tls=\"true\"", $"server_id=\"{IdOf("server")}\"") == 1, "the server's SPIFFE ID");
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("inbound_http_authz_deny_total", $"client_id=\"{IdOf("stranger")}\"") == 1, "the stranger's SPIFFE ID");

        var before = (await client.Proxy!.MetricsAsync()).Sum("control_identity_cert_refreshes_total", "result=\"ok\"");
        agent.Issue(IdOf("client"), TimeSpan.FromHours(1));
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("control_identity_cert_refreshes_total", "result=\"ok\"") == before + 1, "the renewed SVID");
        Assert.Equal("200", await StatusAsync(client));
        Assert.Equal(0, mesh.Control.Identity.Signed.GetValueOrDefault(client.Identity));
    }

    [Fact]
    public async Task A_proxy_waits_for_the_agent_and_for_an_SVID_of_its_own()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var pod = mesh.AddPod("late");
        var agent = mesh.Own(new SpireAgent(mesh.Authority));
        await pod.ProgramFirewallAsync();
        var ready = pod.StartProxyAsync(mesh.Control, agent.Environment(IdOf("late"), pod));
        await WhenAsync(pod, "SPIFFE Workload API: Unavailable");

        agent.Issue("spiffe://root.linkerd.cluster.local/ns/test/sa/somebody-else");
        agent.Start(pod);
        await WhenAsync(pod, "has no SVID for " + IdOf("late"));
        agent.Issue(IdOf("late"), TimeSpan.FromSeconds(-60));
        await WhenAsync(pod, "cannot be used: the certificate issued expired");
        Assert.False(ready.IsCompleted, "ready without a certificate of its own\n" + pod.Proxy!.Log);

        agent.Issue(IdOf("late"));
        await ready;
        Assert.Contains("SVID for " + IdOf("late"), pod.Proxy!.Log);
    }

    private static string IdOf(string name) => $"spiffe://root.linkerd.cluster.local/ns/test/sa/{name}";

    private static async Task<(Pod Pod, SpireAgent Agent)> AddAsync(MeshFixture mesh, string name)
    {
        var pod = mesh.AddPod(name);
        var agent = mesh.Own(new SpireAgent(mesh.Authority));
        agent.Issue(IdOf(name));
        agent.Start(pod);
        await pod.ProgramFirewallAsync();
        await pod.StartProxyAsync(mesh.Control, agent.Environment(IdOf(name), pod));
        return (pod, agent);
    }

    private static Task<string> StatusAsync(Pod pod) => pod.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/");

    private static async Task WhenAsync(Pod pod, string text)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!pod.Proxy!.Log.Contains(text, StringComparison.Ordinal))
        {
            if (deadline.IsCancellationRequested)
                Assert.Fail($"'{text}' was never logged\n{pod.Proxy.Log}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
