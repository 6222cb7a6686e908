using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Destination;
using Linkerd.Api.Identity;
using Linkerd.Api.Mapping;
using Linkerd.Api.Services;
using Linkerd.Grpc;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>A control plane that is absent, slow, cut off, restarting, or lies.</summary>
public sealed class ControlPlaneFaultTests
{
    [Fact]
    public async Task A_proxy_waits_for_its_control_plane_and_serves_on_while_it_is_away()
    {
        await using var mesh = await MeshFixture.StartAsync(relayed: true);
        mesh.Control.LinkState = LinkState.Refusing;
        var first = Launch(mesh, "first");
        var second = Launch(mesh, "second");
        var client = Launch(mesh, "client");
        await first.ProgramFirewallAsync();
        await second.ProgramFirewallAsync();
        await client.ProgramFirewallAsync();
        var identity = mesh.Control.Links[0];
        await Eventually.TrueAsync(() => identity.Accepted >= 4, "attempts against a control plane that is not there");
        mesh.Control.LinkState = LinkState.Babbling;
        var before = identity.Accepted;
        await Eventually.TrueAsync(() => identity.Accepted >= before + 4, "attempts against a control plane of noise");
        foreach (var pod in new[] { first, second, client })
            Assert.False(pod.Proxy!.HasExited || await pod.Proxy.IsReadyAsync(), "ready without a certificate\n" + mesh.Logs());

        mesh.Control.Links.ForEach(link => link.Delay = TimeSpan.FromMilliseconds(30));
        mesh.Control.LinkState = LinkState.Up;
        await Task.WhenAll(first.Proxy!.WhenReadyAsync(), second.Proxy!.WhenReadyAsync(), client.Proxy!.WhenReadyAsync());
        mesh.Own(await AppServer.StartAsync(first, 8080));
        mesh.Own(await AppServer.StartAsync(second, 8080));
        mesh.AddService("web", "10.96.0.10", 80, [MeshFixture.Endpoint(first, 8080)]);

        await using var load = HttpLoad.Start(client, "http://10.96.0.10/", Chaos.Pick(100, 200));
        await Eventually.TrueAsync(() => load.ServedBy.ContainsKey("first"), "the first answer, from a slow control plane");
        var from = Stopwatch.GetTimestamp();
        foreach (var state in new[] { LinkState.Stalled, LinkState.Refusing, LinkState.Babbling })
        {
            mesh.Control.LinkState = state;
            await load.WhenSentAsync(Chaos.Pick(100, 200 * 60));
        }

        var away = Stopwatch.GetElapsedTime(from);
        mesh.Control.Destination.Endpoints.Set("web.test.svc.cluster.local:80", [MeshFixture.Endpoint(second, 8080)]);
        mesh.Control.LinkState = LinkState.Up;
        from = Stopwatch.GetTimestamp();
        await Eventually.TrueAsync(() => load.ServedBy.ContainsKey("second"), "news from the control plane that is back", seconds: 40);
        await load.StopAsync();
        Assert.True(load.Failed == 0, $"{load.Failed} of {load.Sent} failed: {string.Join("; ", load.Failures)}\n{mesh.Logs()}");
        Chaos.Report($"{load.Sent} requests, {load.Failed} failed; control plane away for {away.TotalSeconds:0.0} s, its news in use {Stopwatch.GetElapsedTime(from).TotalSeconds:0.0} s after it was back");
    }

    [Fact]
    public async Task A_control_plane_of_another_name_is_never_trusted()
    {
        await using var mesh = await MeshFixture.StartAsync(relayed: true);
        mesh.Control.ImpostorName = "impostor.test.serviceaccount.identity.linkerd.cluster.local";
        var pod = Launch(mesh, "pod");
        await Eventually.TrueAsync(() => mesh.Control.Links[0].Accepted >= 3, "attempts");
        Assert.Empty(mesh.Control.Identity.Signed);
        Assert.False(await pod.Proxy!.IsReadyAsync());
        mesh.Control.ImpostorName = null;
        await pod.Proxy.WhenReadyAsync();
    }

    [Fact]
    [Proves("6.3 refused")]
    public async Task Certificates_that_are_wrong_are_refused_and_asked_for_again()
    {
        await using var mesh = await MeshFixture.StartAsync();
        using var foreign = new MeshAuthority("elsewhere");
        var now = DateTimeOffset.UtcNow;
        var lies = new (string Pod, string What, Func<CertifyRequest, CertifyResponse> Answer)[]
        {
            ("one", "nothing", _ => new CertifyResponse()),
            ("one", "noise", _ => new CertifyResponse { LeafCertificate = ByteString.CopyFrom(new byte[500]) }),
            ("one", "expired", r => Answer(mesh.Authority, r.CertificateSigningRequest.ToByteArray(), now.AddDays(-2), now.AddDays(-1))),
            ("one", "another name", r => Answer(mesh.Authority, Request("other.test.serviceaccount.identity.linkerd.cluster.local"), now.AddMinutes(-1), now.AddDays(1))),
            ("two", "another key", r => Answer(mesh.Authority, Request(r.Identity), now.AddMinutes(-1), now.AddDays(1))),
            ("two", "another authority", r => Answer(foreign, r.CertificateSigningRequest.ToByteArray(), now.AddMinutes(-1), now.AddDays(1))),
            ("two", "not valid yet", r => Answer(mesh.Authority, r.CertificateSigningRequest.ToByteArray(), now.AddDays(1), now.AddDays(2))),
            ("two", "a failure", _ => throw new RpcException(new Status(StatusCode.Internal, "no"))),
        };
        var asked = new Dictionary<string, int>();
        var untrue = new List<string>();
        Pod? one = null;
        Pod? two = null;
        mesh.Control.Identity.Lie = request =>
        {
            lock (asked)
            {
                var pod = request.Identity.Split('.')[0];
                var mine = lies.Where(l => l.Pod == pod).ToArray();
                var count = asked.GetValueOrDefault(pod);
                asked[pod] = count + 1;
                if (count < mine.Length)
                {
                    untrue.Add(mine[count].What);
                    return mine[count].Answer(request);
                }
            }

            return Answer(mesh.Authority, request.CertificateSigningRequest.ToByteArray(), now.AddMinutes(-1), now.AddDays(1));
        };
        one = Launch(mesh, "one");
        two = Launch(mesh, "two");
        await Task.WhenAll(one.Proxy!.WhenReadyAsync(), two.Proxy!.WhenReadyAsync());
        lock (asked)
        {
            Assert.True(asked["one"] == 5 && asked["two"] == 5, $"asked {asked["one"]} and {asked["two"]} times\n{mesh.Logs()}");
        }

        Assert.Equal(8, untrue.Count);
        AssertSound(mesh);

        static CertifyResponse Answer(MeshAuthority authority, byte[] request, DateTimeOffset from, DateTimeOffset until)
        {
            using var leaf = authority.Sign(request, from, until);
            return new CertifyResponse
            {
                LeafCertificate = ByteString.CopyFrom(leaf.RawData),
                IntermediateCertificates = { ByteString.CopyFrom(authority.Issuer.RawData) },
                ValidUntil = Timestamp.FromDateTimeOffset(until),
            };
        }

        static byte[] Request(string name)
        {
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
            return MeshAuthority.Request(name, key);
        }
    }

    [Fact]
    public async Task Lies_about_one_service_harm_no_other()
    {
        await using var mesh = await MeshFixture.StartAsync();
        var server = await mesh.AddMeshedPodAsync("server");
        var client = await mesh.AddMeshedPodAsync("client");
        mesh.Own(await AppServer.StartAsync(server, 8080));
        mesh.Own(await AppServer.StartAsync(server, 8081));
        var good = MeshFixture.Endpoint(server, 8080);
        string[] names = ["good", "noise", "nonsense", "huge", "endless", "policy-noise", "policy-empty", "profile-noise", "policy-ends", "silent"];
        for (var i = 0; i < names.Length; i++)
            mesh.AddService(names[i], $"10.96.1.{i}", 80, [good]);
        mesh.AddService("inbound", "10.96.1.100", 80, [MeshFixture.Endpoint(server, 8081)]);
        mesh.Control.Destination.Lie = (method, key, responses, stop) => (method, key.Split('.', ':')[0], key) switch
        {
            (DestinationApi.Get, "noise", _) => NoiseAsync(responses),
            (DestinationApi.Get, "nonsense", _) => responses.WriteAsync(Nonsense().ToByteArray(), stop),
            (DestinationApi.Get, "huge", _) => responses.WriteAsync(new byte[16 << 20], stop),
            (DestinationApi.Get, "endless", _) => EndlessAsync(responses, good, stop),
            (DestinationApi.Get, "silent", _) => Task.Delay(Timeout.Infinite, stop),
            (DestinationApi.GetProfile, _, "10.96.1.7:80") => NoiseAsync(responses),
            _ => null,
        };
        mesh.Control.Policy.Lie = (method, key, responses, stop) => (method, key) switch
        {
            (OutboundApi.Watch, "10.96.1.5:80") => NoiseAsync(responses),
            (OutboundApi.Watch, "10.96.1.6:80") => responses.WriteAsync([], stop),
            (OutboundApi.Watch, "10.96.1.8:80") => Task.CompletedTask,
            (InboundApi.WatchPort, "server:8081") => NoiseAsync(responses),
            _ => null,
        };

        using var http = new HttpClient(client.Namespace.HttpHandler()) { Timeout = TimeSpan.FromSeconds(15) };
        Assert.Equal(200, await StatusAsync(http, "http://10.96.1.0/"));
        var before = client.Proxy!.Facts;
        var asked = names.Select((name, i) => (name, Status: StatusAsync(http, $"http://10.96.1.{i}/"))).Append(("inbound", StatusAsync(http, "http://10.96.1.100/"))).ToArray();
        for (var i = 0; i < 100; i++)
            Assert.Equal(200, await StatusAsync(http, "http://10.96.1.0/"));
        foreach (var (name, status) in asked)
        {
            var got = await status;
            var wanted = name switch
            {
                "good" or "endless" or "profile-noise" or "inbound" => got == 200,
                // What the service's endpoints are never came, or nothing that could be read.
                "noise" or "nonsense" or "huge" or "silent" => got == 504,
                // Nothing could be read of what it is.
                _ => got == 504,
            };
            Assert.True(wanted, $"{name}: HTTP {got}\n{mesh.Logs()}");
        }

        Assert.Equal(200, await StatusAsync(http, "http://10.96.1.0/"));
        AssertSound(mesh);
        var after = client.Proxy.Facts;
        Assert.True(after.ResidentKilobytes < before.ResidentKilobytes + 60_000, $"{before} became {after}");
        Chaos.Report($"memory {before.ResidentKilobytes / 1024} MiB before, {after.ResidentKilobytes / 1024} MiB after");
    }

    /// <summary>Nothing unforeseen happened in any proxy.</summary>
    internal static void AssertSound(MeshFixture mesh)
    {
        var logs = mesh.Logs();
        Assert.False(logs.Contains("unexpected error", StringComparison.Ordinal) || logs.Contains("Unhandled exception", StringComparison.OrdinalIgnoreCase), logs);
    }

    private static Pod Launch(MeshFixture mesh, string name)
    {
        var pod = mesh.AddPod(name);
        pod.LaunchProxy(mesh.Control);
        return pod;
    }

    private static async Task<int> StatusAsync(HttpClient http, string url)
    {
        using var response = await http.GetAsync(url, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }

    private static Task NoiseAsync(IServerStreamWriter<byte[]> responses)
    {
        var noise = new byte[200];
        new Random(7).NextBytes(noise);
        return responses.WriteAsync(noise);
    }

    private static Update Nonsense() => new()
    {
        Add = new WeightedAddrSet
        {
            Addrs =
            {
                new WeightedAddr(),
                new WeightedAddr { Addr = new Linkerd.Api.Net.TcpAddress { Port = uint.MaxValue } },
                new WeightedAddr { Addr = Addresses.ToWire(new System.Net.IPEndPoint(System.Net.IPAddress.None, 0)), TlsIdentity = new TlsIdentity() },
            },
        },
    };

    private static async Task EndlessAsync(IServerStreamWriter<byte[]> responses, WeightedAddr endpoint, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var changed = endpoint.Clone();
            changed.MetricLabels["n"] = $"{i % 2}";
            await responses.WriteAsync(new Update { Add = new WeightedAddrSet { Addrs = { changed } } }.ToByteArray(), stop);
            if (i % 100 == 0)
                await Task.Delay(10, stop);
        }
    }
}
