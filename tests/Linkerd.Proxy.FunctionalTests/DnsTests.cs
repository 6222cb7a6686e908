using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A proxy that knows its control plane by name, as charts give it.</summary>
public sealed class DnsTests
{
    // Answers from python3: SRV for the destination service, for all of them the address that a file has now, nothing else. Answers hold a minute.
    private const string Script = """
        import socket, struct, sys
        own, file, destination = sys.argv[1], sys.argv[2], "linkerd-dst-headless.linkerd.svc.cluster.local"
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
            answers, code, address = [], 0, open(file).read()
            if name not in names or not address:
                code = 3
            elif kind == 1:
                answers = [b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)]
            elif kind == 33 and name == destination:
                answers = [b"\xc0\x0c" + struct.pack(">HHIH", 33, 1, 60, 6 + len(encoded)) + struct.pack(">HHH", 0, 100, 8086) + encoded]
            udp.sendto(q[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(answers), 0, 0) + q[12:at + 5] + b"".join(answers), peer)
        """;

    private static readonly (string Name, string Value)[] s_byName =
    [
        ("IDENTITY_SVC_ADDR", "linkerd-identity-headless.linkerd.svc.cluster.local.:8080"),
        ("DESTINATION_SVC_ADDR", "linkerd-dst-headless.linkerd.svc.cluster.local.:8086"),
        ("POLICY_SVC_ADDR", "linkerd-policy.linkerd:8090"),
    ];

    [Fact]
    public async Task The_control_plane_is_found_by_name()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = mesh.AddPod("server");
        var names = mesh.AddPod("names");
        var client = mesh.AddPod("client");
        await using var resolver = Resolver.Start(names, client);
        resolver.Address = mesh.Control.Address;
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(server, 8080)]);
        await client.ProgramFirewallAsync();
        await client.StartProxyAsync(mesh.Control, s_byName);
        Assert.Equal("200", await client.RunAsync("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", "http://10.96.0.10/"));
        var metrics = await client.Proxy!.MetricsAsync();
        Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"destination\"", "record_type=\"SRV\"", "result=\"ok\"") >= 1, metrics.ToString());
        Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"identity\"", "record_type=\"A/AAAA\"", "result=\"ok\"") >= 1, metrics.ToString());
        Assert.True(metrics.Sum("control_dns_resolutions_total", "client=\"policy\"", "record_type=\"A/AAAA\"", "result=\"ok\"") >= 1, metrics.ToString());
        foreach (string service in new[] { "identity", "destination", "policy" })
            Assert.Equal(1, metrics.Sum($"control_{service}_balancer_endpoints", "endpoint_state=\"ready\""));
    }

    [Fact]
    [Proves("6.2 control plane")]
    public async Task A_control_plane_that_comes_back_elsewhere_is_heard_before_the_old_endpoints_are_gone()
    {
        const int Rate = 50;
        await using var mesh = await MeshFixture.StartAsync(relayed: true);
        var elsewhere = mesh.AddPod("elsewhere");
        var names = mesh.AddPod("names");
        var client = mesh.AddPod("client");
        var first = await mesh.AddMeshedPodAsync("first");
        var second = await mesh.AddMeshedPodAsync("second");
        mesh.Own(await AppServer.StartAsync(first, 8080));
        mesh.Own(await AppServer.StartAsync(second, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(first, 8080)]);
        await using var resolver = Resolver.Start(names, client);
        resolver.Address = mesh.Control.Address;
        await client.ProgramFirewallAsync();
        await client.StartProxyAsync(mesh.Control, s_byName);
        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", Rate);
        await Eventually.TrueAsync(() => load.ServedBy.ContainsKey("first"), "the first answer");

        // It is lost; its name is answered as before, then not at all, for longer than any wait between attempts.
        mesh.Control.LinkState = LinkState.Refusing;
        await load.WhenSentAsync(5 * Rate);
        resolver.Address = null;
        await load.WhenSentAsync(15 * Rate);

        // It is back at another address, and says that the endpoint is another one; some seconds later the old one is gone.
        foreach (var port in (int[])[ControlPlane.IdentityPort, ControlPlane.DestinationPort, ControlPlane.PolicyPort])
            mesh.Own(mesh.Control.LinkAt(elsewhere, port));
        mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", [MeshFixture.Endpoint(second, 8080)]);
        resolver.Address = elsewhere.Address;
        await load.WhenSentAsync(8 * Rate);
        await first.Proxy!.StopAsync();
        await load.WhenSentAsync(5 * Rate);
        await load.StopAsync();
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Assert.True(load.ServedBy.ContainsKey("second"));
    }

    /// <summary>What a pod asks for names: says one address for all of the control plane, or that there is none.</summary>
    private sealed class Resolver : IAsyncDisposable
    {
        private readonly string _etc;
        private readonly string _file;
        private readonly Daemon _daemon;

        private Resolver(Pod names, Pod client)
        {
            _file = Path.GetTempFileName();
            // ip-netns(8) shows the processes of a namespace this folder as /etc.
            _etc = $"/etc/netns/{client.Namespace.Name}";
            Directory.CreateDirectory(_etc);
            File.WriteAllText(Path.Combine(_etc, "resolv.conf"), $"nameserver {names.Address}\nsearch test.svc.cluster.local svc.cluster.local\noptions ndots:5 timeout:2\n");
            _daemon = Daemon.Start(names, "python3", "-c", Script, $"{names.Address}", _file);
        }

        /// <summary>What names stand for; null for nothing.</summary>
        public System.Net.IPAddress? Address
        {
            set
            {
                // Replaced whole: a query reads the old or the new one.
                File.WriteAllText(_file + ".new", value?.ToString() ?? "");
                File.Move(_file + ".new", _file, overwrite: true);
            }
        }

        public static Resolver Start(Pod names, Pod client) => new(names, client);

        public async ValueTask DisposeAsync()
        {
            await _daemon.DisposeAsync();
            Directory.Delete(_etc, recursive: true);
            File.Delete(_file);
        }
    }
}
