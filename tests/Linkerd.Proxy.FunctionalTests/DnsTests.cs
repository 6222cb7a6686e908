using Linkerd.Proxy.FunctionalTests.Kit;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A proxy that knows its control plane by name, as charts give it.</summary>
public sealed class DnsTests
{
    // Answers from python3: SRV for the destination service, addresses for all of them, nothing else.
    private const string Script = """
        import socket, struct, sys
        own, address, destination = sys.argv[1], sys.argv[2], "linkerd-dst-headless.linkerd.svc.cluster.local"
        names = [destination, "linkerd-identity-headless.linkerd.svc.cluster.local", "linkerd-policy.linkerd.svc.cluster.local"]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((own, 53))
        while True:
            q, peer = udp.recvfrom(512)
            labels, at = [], 12
            while q[at]:
                labels.append(q[at + 1:at + 1 + q[at]].decode())
                at += q[at] + 1
            name, kind = ".".join(labels), struct.unpack(">H", q[at + 1:at + 3])[0]
            encoded = b"".join(bytes([len(l)]) + l.encode() for l in destination.split(".")) + b"\0"
            answers, code = [], 0
            if name not in names:
                code = 3
            elif kind == 1:
                answers = [b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 5, 4) + socket.inet_aton(address)]
            elif kind == 33 and name == destination:
                answers = [b"\xc0\x0c" + struct.pack(">HHIH", 33, 1, 5, 6 + len(encoded)) + struct.pack(">HHH", 0, 100, 8086) + encoded]
            udp.sendto(q[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(answers), 0, 0) + q[12:at + 5] + b"".join(answers), peer)
        """;

    [Fact]
    public async Task The_control_plane_is_found_by_name()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = mesh.AddPod("server");
        var names = mesh.AddPod("names");
        var client = mesh.AddPod("client");
        // ip-netns(8) shows the processes of a namespace this folder as /etc.
        string etc = $"/etc/netns/{client.Namespace.Name}";
        Directory.CreateDirectory(etc);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(etc, "resolv.conf"), $"nameserver {names.Address}\nsearch test.svc.cluster.local svc.cluster.local\noptions ndots:5 timeout:2\n", TestContext.Current.CancellationToken);
            await using var dns = Daemon.Start(names, "python3", "-c", Script, $"{names.Address}", $"{mesh.Control.Address}");
            mesh.Own(await AppServer.StartAsync(server, 8080));
            mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
            await client.ProgramFirewallAsync();
            await client.StartProxyAsync(
                mesh.Control,
                ("IDENTITY_SVC_ADDR", "linkerd-identity-headless.linkerd.svc.cluster.local.:8080"),
                ("DESTINATION_SVC_ADDR", "linkerd-dst-headless.linkerd.svc.cluster.local.:8086"),
                ("POLICY_SVC_ADDR", "linkerd-policy.linkerd:8090"));
            Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
            var metrics = await client.Proxy!.MetricsAsync();
            Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"destination\"", "record_type=\"SRV\"", "result=\"ok\"") >= 1, metrics.ToString());
            Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"identity\"", "record_type=\"A/AAAA\"", "result=\"ok\"") >= 1, metrics.ToString());
            Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"policy\"", "record_type=\"A/AAAA\"", "result=\"ok\"") >= 1, metrics.ToString());
            foreach (string service in new[] { "identity", "destination", "policy" })
                Assert.Equal(1, metrics.Sum($"control_{service}_balancer_endpoints", "endpoint_state=\"ready\""));
        }
        finally
        {
            Directory.Delete(etc, recursive: true);
        }
    }
}
