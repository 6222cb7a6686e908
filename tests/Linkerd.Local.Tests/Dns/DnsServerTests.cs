using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;
using Linkerd.Local.Dns;
using Linkerd.Local.Network;

namespace Linkerd.Local.Tests.Dns;

public sealed class DnsServerTests : IAsyncLifetime
{
    private LocalCluster _cluster = null!;
    private DnsServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await LocalCluster.StartAsync();
        var client = _cluster.Client;
        await client.Resource(Resources.Services, "default").CreateAsync(Service("web", "10.96.3.4"));
        await client.Resource(Resources.Services, "default").CreateAsync(Service("db", "None"));
        var external = new Service { Metadata = new ObjectMeta { Name = "out" }, Spec = new ServiceSpec { Type = "ExternalName", ExternalName = "web.default.svc.cluster.local" } };
        await client.Resource(Resources.Services, "default").CreateAsync(external);
        await client.Resource(Resources.EndpointSlices, "default").CreateAsync(new EndpointSlice
        {
            Metadata = new ObjectMeta { Name = "db-1", Labels = new Dictionary<string, string> { [ServiceEndpoints.ServiceLabel] = "db" } },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "http", Port = 5432, Protocol = "TCP" }],
            Endpoints =
            [
                new SliceEndpoint { Addresses = ["10.42.0.8"], Hostname = "db-0", Conditions = new EndpointConditions { Ready = true } },
                new SliceEndpoint { Addresses = ["10.42.0.9"], Conditions = new EndpointConditions { Ready = true } },
                new SliceEndpoint { Addresses = ["10.42.0.10"], Conditions = new EndpointConditions { Ready = false } },
            ],
        });
        var services = _cluster.Informers.For(Resources.Services);
        var slices = _cluster.Informers.For(Resources.EndpointSlices);
        _cluster.Informers.Start();
        await _cluster.Informers.WaitForSyncAsync();
        _server = new DnsServer(new IPEndPoint(IPAddress.Loopback, 0), new ClusterZone(services, slices, "cluster.local"), new NodeLog(TextWriter.Null, TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData("web.default.svc.cluster.local", "10.96.3.4")]
    [InlineData("WEB.Default.svc.Cluster.local", "10.96.3.4")]
    [InlineData("db.default.svc.cluster.local", "10.42.0.8 10.42.0.9")]
    [InlineData("db-0.db.default.svc.cluster.local", "10.42.0.8")]
    [InlineData("10-42-0-9.db.default.svc.cluster.local", "10.42.0.9")]
    [InlineData("10-42-0-9.default.pod.cluster.local", "10.42.0.9")]
    [InlineData("out.default.svc.cluster.local", "10.96.3.4")]
    [InlineData("kubernetes.default.svc.cluster.local", "10.96.0.1")]
    public async Task Names_lead_to_addresses(string name, string addresses)
    {
        var answer = await AskAsync(name, DnsType.Address);
        Assert.Equal(0, answer[3] & 15);
        Assert.Equal(addresses, string.Join(' ', Addresses(answer).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("nothing.default.svc.cluster.local", 3)]
    [InlineData("web.nowhere.svc.cluster.local", 3)]
    [InlineData("web.default.svc.cluster.local.default.svc.cluster.local", 3)]
    [InlineData("example.com", 3)]
    public async Task Unknown_names_do_not_exist(string name, int code) => Assert.Equal(code, (await AskAsync(name, DnsType.Address))[3] & 15);

    [Fact]
    public async Task A_name_without_the_type_asked_for_exists()
    {
        var answer = await AskAsync("web.default.svc.cluster.local", DnsType.Address6);
        Assert.Equal(0, answer[3] & 15);
        Assert.Equal(0, answer[7]);
    }

    [Fact]
    public async Task Ports_are_found_by_name()
    {
        var answer = await AskAsync("_http._tcp.db.default.svc.cluster.local", DnsType.Service);
        Assert.Equal(2, answer[7]);
        Assert.Contains("db-0", Encoding.Latin1.GetString(answer));
    }

    [Fact]
    public async Task Addresses_lead_back_to_names()
    {
        var answer = await AskAsync("4.3.96.10.in-addr.arpa", DnsType.Pointer);
        Assert.Equal(1, answer[7]);
        Assert.Contains("web", Encoding.Latin1.GetString(answer));
    }

    [Fact]
    public async Task Tcp_answers_like_udp()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_server.EndPoint);
        var query = Query("web.default.svc.cluster.local", DnsType.Address);
        await socket.SendAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query]);
        await using var stream = new NetworkStream(socket);
        var head = new byte[2];
        await stream.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
        var answer = new byte[(head[0] << 8) | head[1]];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal(["10.96.3.4"], Addresses(answer));
    }

    [Fact]
    public void Garbage_gets_no_answer_and_does_no_harm()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var junk = new byte[random.Next(0, 80)];
            random.NextBytes(junk);
            if (junk.Length > 5)
                (junk[2], junk[4], junk[5]) = (0, 0, 1);
            _ = _server.Answer(junk, 512);
        }
    }

    private static Service Service(string name, string address) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new ServiceSpec { ClusterIP = address, Ports = [new ServicePort { Name = "http", Port = 80 }], Selector = new Dictionary<string, string> { ["app"] = name } },
    };

    private async Task<byte[]> AskAsync(string name, DnsType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(_server.EndPoint);
        await socket.SendAsync(Query(name, type));
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }

    private static byte[] Query(string name, DnsType type)
    {
        var query = new List<byte> { 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in name.Split('.'))
        {
            query.Add((byte)label.Length);
            query.AddRange(Encoding.ASCII.GetBytes(label));
        }

        query.AddRange([0, 0, (byte)type, 0, 1]);
        return [.. query];
    }

    // Address records end in type 1, class 1, four bytes of lifetime, length 4.
    private static List<string> Addresses(byte[] answer)
    {
        var found = new List<string>();
        for (var i = 12; i + 14 <= answer.Length; i++)
        {
            if (answer.AsSpan(i, 4).SequenceEqual((byte[])[0, 1, 0, 1]) && answer[i + 8] == 0 && answer[i + 9] == 4)
                found.Add(new IPAddress(answer.AsSpan(i + 10, 4)).ToString());
        }

        return found;
    }
}
