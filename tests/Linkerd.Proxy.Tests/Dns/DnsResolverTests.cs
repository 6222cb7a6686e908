using System.Net.Sockets;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Dns;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Dns;

/// <summary>The resolver against a server whose packets are built by hand in Python.</summary>
public sealed class DnsResolverTests(DnsServerProcess server) : IClassFixture<DnsServerProcess>, IDisposable
{
    private static readonly DnsConfig s_noClamp = new(null, null);

    private readonly Harness _harness = new();
    private readonly MetricRegistry _registry = new(1);
    private MetricFamily<Counter>? _family;

    [Theory]
    [InlineData("plain.test", "10.1.2.3:80 10.1.2.4:80", 7)]
    [InlineData("PLAIN.Test", "10.1.2.3:80 10.1.2.4:80", 7)]
    [InlineData("six.test", "[fd00::7]:80", 9)]
    [InlineData("alias.test", "10.0.0.9:80", 3)]
    [InlineData("zero.test", "10.0.0.6:80", 1)]
    [InlineData("spoofed.test", "10.0.0.5:80", 60)]
    public async Task Addresses_hold_as_long_as_their_records(string name, string expected, int seconds)
    {
        DnsAnswer answer = await ResolveAsync(name);
        Assert.Equal(expected, Text(answer));
        Assert.Equal(TimeSpan.FromSeconds(seconds), answer.Ttl);
    }

    [Fact]
    public async Task Services_come_before_addresses_and_give_the_port()
    {
        DnsAnswer answer = await ResolveAsync("headless.test", 8086);
        Assert.Equal("10.0.0.1:8086 10.0.0.2:8086 10.0.0.3:8086", Text(answer));
        // The least of: the services, the addresses sent along, the address that was asked for.
        Assert.Equal(TimeSpan.FromSeconds(12), answer.Ttl);
        Assert.Equal(1, Count("SRV", "ok"));
        Assert.Equal(0, Count("A/AAAA", "ok"));
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_asked_for_over_TCP()
    {
        DnsAnswer answer = await ResolveAsync("big.test");
        Assert.Equal(100, answer.Addresses.Count);
        Assert.DoesNotContain(answer.Addresses, static a => a.ToString().StartsWith("10.9.9.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_over_TCP_too_is_an_error()
        => Assert.Contains("cut off even over TCP", (await Assert.ThrowsAsync<DnsException>(() => ResolveAsync("cut.test"))).Message);

    [Theory]
    [InlineData("gone.test", "gone.test does not exist")]
    [InlineData("empty.test", "empty.test does not exist")]
    [InlineData("refused.test", "answered with code 5")]
    [InlineData("mute.test", "no answer in time")]
    public async Task What_is_not_there_and_what_is_not_known_are_told_apart(string name, string expected)
    {
        Assert.Contains(expected, (await Assert.ThrowsAsync<DnsException>(() => ResolveAsync(name, timeout: 100))).Message);
        Assert.Equal(0, Count("A/AAAA", "ok"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("loop")]
    [InlineData("forward")]
    [InlineData("header")]
    [InlineData("count")]
    [InlineData("many")]
    [InlineData("length")]
    [InlineData("address")]
    [InlineData("target")]
    [InlineData("query")]
    public async Task A_malformed_answer_is_an_error(string kind)
        => Assert.Contains("a malformed answer", (await Assert.ThrowsAsync<DnsException>(() => ResolveAsync($"broken-{kind}.test"))).Message);

    [Fact]
    public async Task A_question_that_was_lost_is_asked_again() => Assert.Equal("10.1.2.3:80 10.1.2.4:80", Text(await ResolveAsync("slow.test", timeout: 200)));

    [Fact]
    public async Task A_server_that_is_not_there_is_passed_over()
    {
        SocketAddress nobody;
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            nobody = SocketAddress.From(System.Net.IPAddress.Loopback, ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port);
        }

        Assert.Equal("10.1.2.3:80 10.1.2.4:80", Text(await ResolveAsync("plain.test", settings: s => s with { Servers = [nobody, .. s.Servers] })));
        DnsException exception = await Assert.ThrowsAsync<DnsException>(() => ResolveAsync("plain.test", settings: s => s with { Servers = [nobody] }));
        Assert.Contains("ECONNREFUSED", exception.Message);
    }

    [Fact]
    public async Task A_short_name_is_searched_for_and_a_full_one_is_not()
    {
        Func<DnsSettings, DnsSettings> search = static s => s with { Search = ["other.searched.test", "searched.test"], Ndots = 2 };
        Assert.Equal("10.1.2.3:80 10.1.2.4:80", Text(await ResolveAsync("web", settings: search)));
        await Assert.ThrowsAsync<DnsException>(() => ResolveAsync("gone", isFull: true, settings: search));
    }

    [Theory]
    [InlineData("long.test", 30, 30)]
    [InlineData("plain.test", 30, 7)]
    [InlineData("zero.test", 30, 5)]
    [Proves("6.2 DNS_TTL")]
    public async Task Lifetimes_are_clamped(string name, int max, int expected)
    {
        DnsAnswer answer = await ResolveAsync(name, clamp: new DnsConfig(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(max)));
        Assert.Equal(TimeSpan.FromSeconds(expected), answer.Ttl);
    }

    [Fact]
    public async Task Addresses_and_localhost_ask_nobody()
    {
        Func<DnsSettings, DnsSettings> nobody = static s => s with { Servers = [] };
        Assert.Equal("10.0.0.1:80", Text(await ResolveAsync("10.0.0.1", settings: nobody)));
        Assert.Equal("[fd00::1]:80", Text(await ResolveAsync("fd00::1", settings: nobody)));
        DnsAnswer local = await ResolveAsync("localhost", settings: nobody);
        Assert.Equal("127.0.0.1:80", Text(local));
        Assert.Equal(Timeout.InfiniteTimeSpan, local.Ttl);
    }

    [Fact]
    public async Task The_hosts_file_comes_first_and_is_read_again_when_it_changes()
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "# comment\n10.7.7.7 plain.test alias # more\nfd00::9\tplain.test\nnonsense here\n", TestContext.Current.CancellationToken);
            Assert.Equal("10.7.7.7:80 [fd00::9]:80", Text(await ResolveAsync("plain.test", hosts: path)));
            var hosts = new HostsFile(path);
            Assert.Single(hosts.Find("ALIAS"));
            await File.WriteAllTextAsync(path, "10.8.8.8 other\n", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
            Assert.Empty(hosts.Find("alias"));
            Assert.Single(hosts.Find("other"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Mutated_answers_never_throw()
    {
        var random = new Random(7);
        foreach (string name in new[] { "headless.test", "alias.test", "big.test", "gone.test", "six.test" })
        {
            byte[] packet = AskRaw(name, name == "headless.test" ? DnsRecordType.Srv : DnsRecordType.A);
            Assert.NotNull(DnsMessage.Decode(packet, out _));
            for (int length = 0; length < packet.Length; length++) DnsMessage.Decode(packet.AsSpan(0, length), out _);
            for (int i = 0; i < 5000; i++)
            {
                byte[] mutated = [.. packet];
                for (int flips = random.Next(1, 4); flips > 0; flips--) mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
                DnsMessage.Decode(mutated, out _);
            }
        }
    }

    public void Dispose() => _harness.Dispose();

    private static string Text(DnsAnswer answer) => string.Join(' ', answer.Addresses);

    private byte[] AskRaw(string name, DnsRecordType type)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Connect(server.Address.ToIPEndPoint());
        socket.Send(DnsMessage.EncodeQuery(1, name, type)!);
        byte[] buffer = new byte[4096];
        return buffer[..socket.Receive(buffer)];
    }

    private async Task<DnsAnswer> ResolveAsync(
        string name, int port = 80, int timeout = 10_000, bool isFull = true, Func<DnsSettings, DnsSettings>? settings = null, DnsConfig? clamp = null, string hosts = "/nonexistent")
    {
        _family ??= _registry.Counter("control_dns_resolutions_total", "D.");
        var asked = new DnsSettings { Servers = [server.Address], Timeout = TimeSpan.FromMilliseconds(timeout) };
        var resolver = new DnsResolver(_harness.Loop, settings?.Invoke(asked) ?? asked, new HostsFile(hosts), clamp ?? s_noClamp);
        Task<DnsAnswer> answer = await _harness.On(() => resolver.ResolveAsync(new HostPort(name, port), isFull, new DnsMetrics(_family, "test", 0)));
        return await answer.WaitAsync(Harness.Limit);
    }

    private long Count(string type, string result) => _family!.With(Labels.Of("client", "test").And("record_type", type).And("result", result)).Value;
}
