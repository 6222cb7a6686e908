using System.Net;
using System.Text;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Pods with both families, and hosts where IPv6 is switched off.</summary>
public sealed class DualStackTests
{
    private static readonly (string Name, string Value)[] s_dualStack =
    [
        ("INBOUND_LISTEN_ADDR", "[::]:4143"),
        ("ADMIN_LISTEN_ADDR", "[::]:4191"),
        ("CONTROL_LISTEN_ADDR", "[::]:4190"),
        ("OUTBOUND_LISTEN_ADDRS", "127.0.0.1:4140,[::1]:4140"),
        ("POLICY_CLUSTER_NETWORKS", "10.0.0.0/8,fd00::/8"),
        ("DESTINATION_PROFILE_NETWORKS", "10.0.0.0/8,fd00::/8"),
    ];

    [Fact]
    [Proves("6.2 OUTBOUND_LISTEN")]
    public async Task Both_families_cross_the_mesh()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await AddAsync(mesh, "server");
        var client = await AddAsync(mesh, "client");
        mesh.Own(await AppServer.StartAsync(server, 8080, address: IPAddress.IPv6Any));
        mesh.AddService("six", "[fd96::10]", 80, [MeshFixture.Endpoint(server, 8080, v6: true)]);
        mesh.AddService("four", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        var six = await client.TryAsync("curl", "-sS", "-i", "-g", "--max-time", "10", "http://[fd96::10]/six");
        Assert.True(six.Code == 0 && six.Output.Contains("GET /six HTTP/1.1\n", StringComparison.Ordinal), six.Output + mesh.Logs());
        Assert.Contains($"l5d-client-id: {client.Identity}\n", six.Output);
        var four = await client.TryAsync("curl", "-sS", "-i", "--max-time", "10", "http://10.96.0.10/four");
        Assert.True(four.Code == 0 && four.Output.Contains("GET /four HTTP/1.1\n", StringComparison.Ordinal), four.Output + mesh.Logs());
        Assert.Contains($"l5d-client-id: {client.Identity}\n", four.Output);

        await client.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_total", "direction=\"outbound\"", "peer=\"src\"", "target_addr=\"[fd96::10]:80\"") == 1
            && m.Sum("response_total", "direction=\"outbound\"", "tls=\"true\"", $"target_ip=\"{server.AddressV6}\"") == 1, "the request over IPv6");
        await server.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "tls=\"true\"", $"target_addr=\"[{server.AddressV6}]:8080\"") == 1
            && m.Sum("response_total", "direction=\"inbound\"", "tls=\"true\"", $"target_addr=\"{server.Address}:8080\"") == 1, "both requests with their original destinations");
    }

    [Fact]
    [Proves("6.2 OUTBOUND_LISTEN")]
    public async Task A_host_without_IPv6_is_served_over_IPv4()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = mesh.AddPod("client");
        await client.RunAsync("sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.lo.disable_ipv6=1");
        await client.ProgramFirewallAsync();
        await client.StartProxyAsync(mesh.Control, s_dualStack);
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);

        Assert.Contains("not listening on [::1]:4140", client.Proxy!.Log);
        Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
    }

    [Fact]
    public async Task Opaque_bytes_reach_an_IPv6_address_outside_of_the_mesh()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var client = await AddAsync(mesh, "client");
        var outside = mesh.AddPod("outside");
        mesh.Own(TcpServer.Start(outside, 7000, address: IPAddress.IPv6Any));

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var connection = await client.Namespace.ConnectAsync(new IPEndPoint(outside.AddressV6, 7000), deadline.Token);
        await connection.SendAsync(Encoding.ASCII.GetBytes("\0\u0001over six"), deadline.Token);
        var buffer = new byte[10];
        Assert.Equal(10, await connection.ReceiveAsync(buffer, deadline.Token));
        Assert.Equal("\0\u0001over six", Encoding.ASCII.GetString(buffer));
        await client.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_total", "direction=\"outbound\"", "peer=\"src\"", $"target_addr=\"[{outside.AddressV6}]:7000\"") == 1, "the original destination");
    }

    private static async Task<Pod> AddAsync(MeshFixture mesh, string name)
    {
        var pod = mesh.AddPod(name);
        await pod.ProgramFirewallAsync(v6: true);
        await pod.StartProxyAsync(mesh.Control, [.. s_dualStack, ("INBOUND_IPS", $"{pod.Address},{pod.AddressV6}")]);
        return pod;
    }
}
