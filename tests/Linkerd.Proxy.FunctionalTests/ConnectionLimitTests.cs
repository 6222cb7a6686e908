using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>The limits on connections and detection in docs/reference/limits.md, reached on a real proxy.</summary>
public sealed class ConnectionLimitTests(LimitedMesh mesh) : IClassFixture<LimitedMesh>
{
    [Fact]
    public async Task A_client_that_says_nothing_is_closed_when_the_detection_time_is_over()
    {
        double before = await mesh.SumAsync("inbound_tcp_errors_total", "error=\"tls detection timeout\"");
        using var client = await mesh.ConnectAsync(LimitedMesh.Impatient);
        Assert.Equal("", await client.ReadToEndAsync());
        await mesh.GrewAsync(before, "inbound_tcp_errors_total", "error=\"tls detection timeout\"");
    }

    [Fact]
    [Proves("6.2 DETECT_TIMEOUT", "6.5 timeout")]
    public async Task What_is_not_told_in_the_detection_time_is_opaque()
    {
        double before = await mesh.SumAsync("tcp_open_total", "direction=\"inbound\"", $"target_port=\"{LimitedMesh.Impatient}\"", "peer=\"dst\"");
        using var client = await mesh.ConnectAsync(LimitedMesh.Impatient);
        await client.SendAsync("GE");
        Assert.Equal("GE", await client.ReadUntilAsync("GE"));
        await mesh.GrewAsync(before, "tcp_open_total", "direction=\"inbound\"", $"target_port=\"{LimitedMesh.Impatient}\"", "peer=\"dst\"");
    }

    [Fact]
    public async Task A_ClientHello_that_is_too_long_is_not_TLS_for_us()
    {
        string[] labels = ["direction=\"inbound\"", "peer=\"src\"", $"target_port=\"{LimitedMesh.Echo}\"", "no_tls_reason=\"no_tls_from_remote\""];
        double before = await mesh.SumAsync("tcp_open_total", labels);
        using var client = await mesh.ConnectAsync(LimitedMesh.Echo);

        // RFC 8446: a handshake record of 12,004 bytes that begins a ClientHello of 12,000.
        byte[] hello = [22, 3, 1, 0x2e, 0xe4, 1, 0, 0x2e, 0xe0, .. new byte[9000]];
        await client.SendAsync(hello);
        Assert.StartsWith("\u0016\u0003\u0001", await client.ReadUntilAsync("\u0016\u0003\u0001"));
        await mesh.GrewAsync(before, "tcp_open_total", labels);
    }

    [Theory]
    [InlineData("transport.l5d.io/v2\r\n\r\n")]
    [InlineData("transport.l5d.io/v1\r\n\r\n\0\0\u0013\u0088")]
    [InlineData("transport.l5d.io/v1\r\n\r\n\0\0\0\u0002\b\0")]
    public async Task A_transport_header_that_is_malformed_or_too_long_ends_the_connection(string header)
    {
        double before = await mesh.SumAsync("inbound_tcp_errors_total", "error=\"i/o\"");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var certificate = mesh.Mesh.Authority.Issue("peer.test.serviceaccount.identity.linkerd.cluster.local");
        var socket = await mesh.Outside.Namespace.ConnectAsync(new IPEndPoint(mesh.Server.Address, 4143), deadline.Token);
        await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = mesh.Server.Identity,
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [new SslApplicationProtocol("transport.l5d.io/v1")],
                ClientCertificateContext = SslStreamCertificateContext.Create(certificate, [mesh.Mesh.Authority.Issuer], offline: true),
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            },
            deadline.Token);
        await tls.WriteAsync(Encoding.Latin1.GetBytes(header), deadline.Token);
        Assert.True(await EndsAsync(tls, deadline.Token));
        await mesh.GrewAsync(before, "inbound_tcp_errors_total", "error=\"i/o\"");
    }

    [Fact]
    public async Task A_proxy_without_descriptors_pauses_and_goes_on()
    {
        const int Limit = 150;
        // An eighth is left to the control plane, certificates and the admin server.
        const int Reserve = 18;
        var pod = mesh.Mesh.AddPod("short");
        await pod.ProgramFirewallAsync();
        pod.Wrapper = ["prlimit", $"--nofile={Limit}:{Limit}"];
        await pod.StartProxyAsync(mesh.Mesh.Control);
        mesh.Mesh.Own(TcpServer.Start(pod, 9001));
        string descriptors = $"/proc/{pod.Proxy!.Id}/fd";
        var waiting = new List<RawClient>();
        for (int i = 0; i < Limit; i++)
            waiting.Add(await RawClient.ConnectAsync(mesh.Outside, pod.Address, 9001));
        Assert.True(SpinWait.SpinUntil(() => Count() >= Limit - Reserve, TimeSpan.FromSeconds(20)), $"{Count()} of {Limit} descriptors");
        foreach (var client in waiting)
            client.Dispose();
        await pod.Proxy.WhenMetricsAsync(m => m.Sum("tcp_accept_errors_total", "direction=\"inbound\"", "errno=\"EMFILE\"") > 0, "EMFILE");
        using var late = await RawClient.ConnectAsync(mesh.Outside, pod.Address, 9001);
        await late.SendAsync(" again");
        Assert.Equal(" again", await late.ReadUntilAsync(" again"));

        int Count() => Directory.GetFileSystemEntries(descriptors).Length;
    }

    private static async Task<bool> EndsAsync(SslStream tls, CancellationToken cancellationToken)
    {
        try
        {
            return await tls.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
