using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Linkerd.Interop;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Programs that are not ours, through two proxies over mTLS.</summary>
public sealed class ForeignPeerTests(GrpcJsFixture grpcJs)
{
    [Fact]
    public async Task Grpc_js_and_grpcio_call_each_other_across_the_mesh()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 50050, HttpProtocols.Http2, health: true));
        mesh.Own(Daemon.Start(server, "/usr/bin/python3", Path.Combine(Scripts.Folder("grpcio"), "server.py"), "listen=0.0.0.0:50051"));
        mesh.Own(Daemon.Start(server, "node", Path.Combine(await grpcJs.Folder, "server.js"), "0.0.0.0:50052"));
        for (var port = 50050; port <= 50052; port++)
            mesh.AddService($"grpc-{port}", "10.96.0.11", port, [MeshFixture.Endpoint(server, port)]);
        await mesh.Parts<Daemon>().First().WhenListeningAsync(server, 50051);
        await mesh.Parts<Daemon>().Last().WhenListeningAsync(server, 50052);

        // Its own scripts do the checking: all four kinds, endings, metadata, messages of 3 MiB.
        (string Peer, string[] Line, string Last)[] clients =
        [
            ("grpcio", ["/usr/bin/python3", Path.Combine(Scripts.Folder("grpcio"), "client.py")], "ok health of an unknown service"),
            ("grpc-js", ["node", Path.Combine(await grpcJs.Folder, "client.js")], "ok trailing metadata"),
        ];
        foreach (var (peer, line, last) in clients)
        {
            var (code, output) = await client.TryAsync([.. line, "10.96.0.11:50050"]);
            Assert.True(code == 0 && output.Contains(last, StringComparison.Ordinal), $"{peer} calls our server: {output}\n{mesh.Logs()}");
        }

        // One foreign client, the other's server: what both are bound to.
        foreach (var (peer, line, port) in new[] { ("grpcio", clients[0].Line, 50052), ("grpc-js", clients[1].Line, 50051) })
        {
            var (code, output) = await client.TryAsync(["env", "ONLY_KINDS=1", .. line, $"10.96.0.11:{port}"]);
            Assert.True(code == 0 && output.Contains("ok duplex streaming, in turns", StringComparison.Ordinal), $"{peer} calls the other: {output}\n{mesh.Logs()}");
        }

        await server.Proxy!.WhenMetricsAsync(m => m.Sum("response_total", "direction=\"inbound\"", "tls=\"true\"", $"client_id=\"{client.Identity}\"") > 30, "calls over mTLS");
        ControlPlaneFaultTests.AssertSound(mesh);
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("require")]
    public async Task PostgreSQL_crosses_the_mesh(string sslmode)
    {
        var programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(Directory.Exists).Order().LastOrDefault() : null;
        Assert.SkipWhen(programs is null, "PostgreSQL is not installed (Debian: postgresql)");
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server", ("INBOUND_PORTS", "5432"), ("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", "5432"));
        mesh.Control.Policy.Inbound.Set("server:5432", Policies.Opaque());
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.AddService("db", "10.96.0.15", 5432, [MeshFixture.Endpoint(server, 5432, opaque: true)], opaque: true);
        const string User = "65534";
        var folder = Directory.CreateTempSubdirectory("l5dfn-postgres-").FullName;
        try
        {
            await Shell.RunAsync("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=db", "-keyout", $"{folder}/server.key", "-out", $"{folder}/server.crt");
            await Shell.RunAsync("chown", "-R", User, folder);
            string[] asUser = ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups", "env", $"HOME={folder}"];
            await Shell.RunAsync([.. asUser, $"{programs}/initdb", "-D", $"{folder}/data", "-U", "mesh", "-A", "trust", "-N"]);
            await File.AppendAllTextAsync($"{folder}/data/pg_hba.conf", "host all all 10.0.0.0/8 trust\n", TestContext.Current.CancellationToken);
            mesh.Own(Daemon.Start(server, [.. asUser, $"{programs}/postgres", "-D", $"{folder}/data", "-h", "0.0.0.0", "-p", "5432", "-k", folder, "-F",
                "-c", "ssl=on", "-c", $"ssl_cert_file={folder}/server.crt", "-c", $"ssl_key_file={folder}/server.key"]));
            await mesh.Parts<Daemon>().Single().WhenListeningAsync(server, 5432);

            var url = $"postgresql://mesh@10.96.0.15/postgres?sslmode={sslmode}&connect_timeout=10";
            await File.WriteAllTextAsync($"{folder}/script.sql", """
                create table t as select generate_series(1, 5000) n;
                select sum(n), (select ssl from pg_stat_ssl where pid = pg_backend_pid()) from t;
                \copy (select * from t) to stdout
                """, TestContext.Current.CancellationToken);
            var (code, output) = await client.TryAsync("psql", "-qtA", "-v", "ON_ERROR_STOP=1", "-f", $"{folder}/script.sql", url);
            Assert.True(code == 0, output + mesh.Logs());
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal($"12502500|{(sslmode == "require" ? "t" : "f")}", lines[0]);
            Assert.Equal(5001, lines.Length);
            await server.Proxy!.WhenMetricsAsync(m => m.Sum("tcp_open_total", "direction=\"inbound\"", "peer=\"src\"", "tls=\"true\"", $"client_id=\"{client.Identity}\"") >= 1, "an mTLS connection from the client");
        }
        finally
        {
            foreach (var daemon in mesh.Parts<Daemon>())
                await daemon.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_speaks_first_waits_for_detection_only_where_it_is_not_opaque()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var timeout = TimeSpan.FromSeconds(1);
        var server = mesh.AddPod("server");
        await server.ProgramFirewallAsync(inboundPortsToIgnore: "2527");
        await server.StartProxyAsync(mesh.Control, ("INBOUND_PORTS", "2525,2526"), ("INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION", "2526"));
        var client = mesh.AddPod("client");
        await client.ProgramFirewallAsync(outboundPortsToIgnore: "2527");
        await client.StartProxyAsync(mesh.Control);
        mesh.Control.Policy.Inbound.Set("server:2525", Policies.AllUnauthenticated(timeout));
        mesh.Control.Policy.Inbound.Set("server:2526", Policies.Opaque());
        for (var port = 2525; port <= 2527; port++)
            mesh.Own(TcpServer.Start(server, port, "220 ready\r\n"));
        mesh.AddService("detected", "10.96.0.13", 2525, [MeshFixture.Endpoint(server, 2525)]);
        var policy = Policies.Service("detected", "detected.test.svc.cluster.local", 2525);
        policy.Protocol.Detect.Timeout = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(timeout);
        mesh.Control.Policy.Outbound.Set("10.96.0.13:2525", policy);
        mesh.AddService("opaque", "10.96.0.13", 2526, [MeshFixture.Endpoint(server, 2526, opaque: true)], opaque: true);

        var detected = await TimeAsync("10.96.0.13:2525");
        var opaque = await TimeAsync("10.96.0.13:2526");
        var skipped = await TimeAsync($"{server.Address}:2527");
        // Once at each proxy: the client's waits for the application, the server's for the client.
        Assert.True(detected >= timeout, $"detected after {detected.TotalSeconds:0.00} s");
        Assert.True(detected < timeout * 4, $"detected after {detected.TotalSeconds:0.00} s\n{mesh.Logs()}");
        Chaos.Report($"banner after {detected.TotalMilliseconds:0} ms detected (timeout 1 s), {opaque.TotalMilliseconds:0} ms opaque, {skipped.TotalMilliseconds:0} ms skipped");

        async Task<TimeSpan> TimeAsync(string address)
        {
            var from = Stopwatch.GetTimestamp();
            using var connection = await RawConnection.OpenAsync(client, address, TestContext.Current.CancellationToken);
            await connection.ReceiveUntilAsync("220 ready\r\n");
            var time = Stopwatch.GetElapsedTime(from);
            await connection.SendAsync("QUIT\r\n");
            await connection.ReceiveUntilAsync("QUIT\r\n");
            return time;
        }
    }

    [Fact]
    [Proves("6.3 optional client", "6.3 TLS 1.3")]
    public async Task TLS_clients_that_are_no_proxies_are_judged_by_their_certificates()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var outside = mesh.AddPod("outside");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        using var foreign = new MeshAuthority("elsewhere");
        const string Name = "peer.test.serviceaccount.identity.linkerd.cluster.local";
        var cases = new (string Kind, MeshAuthority Authority, X509Certificate2? Certificate, bool? Accepted)[]
        {
            ("trusted", mesh.Authority, mesh.Authority.Issue(Name), true),
            ("foreign", foreign, foreign.Issue(Name), false),
            ("expired", mesh.Authority, mesh.Authority.Issue(Name, TimeSpan.FromSeconds(-60)), false),
            // The server names no signature that an RSA key can make: a client leaves its certificate at home, or gives up.
            ("rsa", mesh.Authority, mesh.Authority.IssueRsa(Name), null),
            ("none", mesh.Authority, null, true),
        };
        var folder = Directory.CreateTempSubdirectory("l5dfn-tls-").FullName;
        try
        {
            foreach (var (kind, authority, certificate, accepted) in cases)
            {
                var (pem, key, chain) = ($"{folder}/{kind}.pem", $"{folder}/{kind}.key", $"{folder}/{kind}.chain");
                if (certificate is not null)
                {
                    using AsymmetricAlgorithm secret = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()!;
                    await File.WriteAllTextAsync(pem, certificate.ExportCertificatePem() + "\n" + authority.Issuer.ExportCertificatePem() + "\n");
                    await File.WriteAllTextAsync(key, secret.ExportPkcs8PrivateKeyPem() + "\n");
                    await File.WriteAllTextAsync(chain, authority.Issuer.ExportCertificatePem() + "\n");
                }

                var openssl = $"openssl s_client -connect {server.Address}:8080 -servername {server.Identity} {(certificate is null ? "" : $"-cert {pem} -key {key} -cert_chain {chain}")} -quiet";
                var gnutls = $"gnutls-cli --insecure --sni-hostname={server.Identity} {(certificate is null ? "" : $"--x509certfile={pem} --x509keyfile={key}")} --port=8080 {server.Address}";
                foreach (var program in new[] { openssl, gnutls })
                {
                    // gnutls-cli ends with its input: it is held open until the answer is there.
                    var script = $"(printf 'GET /tls HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n'; sleep 1) | timeout 8 {program}";
                    var (_, output) = await outside.TryAsync("bash", "-c", script);
                    var what = $"{kind} by {program.Split(' ')[0]}: {output}\n{mesh.Logs()}";
                    Assert.True(accepted is null || accepted == output.Contains("HTTP/1.1 200", StringComparison.Ordinal), what);
                    // The client learns why: the alert goes out before the connection ends.
                    var alert = kind switch { "foreign" => "alert unknown ca", "expired" => "alert certificate expired", _ => "" };
                    Assert.True(program == gnutls || output.Contains(alert, StringComparison.Ordinal), what);
                    // TLS without a certificate is encrypted, and nobody in particular.
                    Assert.True((kind == "trusted") == output.Contains($"l5d-client-id: {Name}", StringComparison.Ordinal), what);
                }
            }

            await server.Proxy!.WhenMetricsAsync(m => m.Sum("request_total", "direction=\"inbound\"", "tls=\"true\"", $"client_id=\"{Name}\"") == 2, "two requests of the trusted peer");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
