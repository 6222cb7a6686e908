using System.Net.Sockets;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Identity;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Detect;

public sealed class ProtocolDetectorTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(20);
    private readonly Harness _harness = new();
    private readonly TlsKit _kit = new();

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", DetectedProtocol.Http1)]
    [InlineData("PRI * HTTP/2.0\r\n\r\n", DetectedProtocol.Http2)]
    [InlineData("*1\r\n$4\r\nPING\r\n", DetectedProtocol.Opaque)]
    public async Task Http_is_told_byte_by_byte_and_nothing_is_lost(string text, DetectedProtocol expected)
    {
        var detected = new TaskCompletionSource<DetectedProtocol>();
        Probe? next = null;
        using Linkerd.Net.TcpListener listener = _harness.Listen(async t =>
        {
            DetectedProtocol protocol = await ProtocolDetector.Instance.DetectHttpAsync(t, s_long);
            Assert.True(t.Loop.IsOnLoop);
            t.Handler = next = new Probe(t) { Keep = true };
            detected.SetResult(protocol);
        });
        using Socket socket = Harness.Dial(listener);
        foreach (char c in text) socket.Send([(byte)c]);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(expected, await detected.Task.WaitAsync(Harness.Limit));
        await next!.ReadClosed;
        Assert.Equal(text, next.Text);
    }

    [Fact]
    [Proves("6.5 timeout")]
    public async Task A_silent_client_times_out_and_can_go_on()
    {
        var detected = new TaskCompletionSource<DetectedProtocol>();
        using Linkerd.Net.TcpListener listener = _harness.Listen(async t =>
        {
            DetectedProtocol protocol = await ProtocolDetector.Instance.DetectHttpAsync(t, TimeSpan.FromMilliseconds(30));
            t.Handler = new Probe(t, echo: true);
            detected.SetResult(protocol);
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send("GET"u8);
        Assert.Equal(DetectedProtocol.TimedOut, await detected.Task.WaitAsync(Harness.Limit));
        byte[] buffer = new byte[3];
        Assert.Equal(3, socket.Receive(buffer));
        Assert.Equal("GET"u8.ToArray(), buffer);
    }

    [Fact]
    public async Task A_client_that_leaves_early_is_closed()
    {
        var detected = new TaskCompletionSource<DetectedProtocol>();
        using Linkerd.Net.TcpListener listener = _harness.Listen(async t =>
        {
            detected.SetResult(await ProtocolDetector.Instance.DetectHttpAsync(t, s_long));
            t.Abort();
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send("GET /"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(DetectedProtocol.Closed, await detected.Task.WaitAsync(Harness.Limit));
    }

    [Fact]
    [Proves("6.3 SNI", "6.5 tls first")]
    public async Task Tls_for_our_name_is_terminated()
    {
        Task<TlsDetection> detection = Detect(out Linkerd.Net.TcpListener listener, s_long);
        TlsEnd end = await Dial(listener, TlsKit.ServerIdentity, TransportHeader.Alpn);
        Probe near = await end.Completed;
        TlsDetection result = await detection.WaitAsync(Harness.Limit);
        Assert.Equal(new ServerTls(ServerTlsState.Established, PeerIdentity.Dns(TlsKit.ClientIdentity), TlsKit.ServerIdentity, TransportHeader.Alpn), result.Tls);
        await _harness.On(() => near.Transport.Write("inside"u8));
        await Eventually.TrueAsync(() => near.Text == "inside");
    }

    [Fact]
    [Proves("6.3 SNI")]
    public async Task Tls_for_another_name_passes_through_untouched()
    {
        Task<TlsDetection> detection = Detect(out Linkerd.Net.TcpListener listener, s_long);
        await Dial(listener, "api.other.example", null);
        TlsDetection result = await detection.WaitAsync(Harness.Limit);
        Assert.Equal(new ServerTls(ServerTlsState.Passthrough, ServerName: "api.other.example"), result.Tls);
        Assert.IsType<TcpTransport>(result.Transport);
    }

    [Fact]
    public async Task Clear_text_is_not_tls_even_when_short_and_ended()
    {
        Task<TlsDetection> detection = Detect(out Linkerd.Net.TcpListener listener, s_long);
        using Socket socket = Harness.Dial(listener);
        socket.Send("x"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(ServerTlsState.NoTlsFromRemote, (await detection.WaitAsync(Harness.Limit)).Tls.State);
    }

    [Fact]
    public async Task Silence_is_a_tls_detection_timeout()
    {
        Task<TlsDetection> detection = Detect(out Linkerd.Net.TcpListener listener, TimeSpan.FromMilliseconds(30));
        using Socket socket = Harness.Dial(listener);
        DetectException error = await Assert.ThrowsAsync<DetectException>(() => detection.WaitAsync(Harness.Limit));
        Assert.Equal("tls detection timeout", error.Reason);
        Assert.Throws<SocketException>(() => socket.Receive(new byte[1]));
    }

    [Fact]
    [Proves("6.3 chains")]
    public async Task A_client_of_another_trust_domain_fails_and_gets_its_alert()
    {
        using var other = new TestAuthority("other");
        Task<TlsDetection> detection = Detect(out Linkerd.Net.TcpListener listener, s_long);
        using TlsClientContext context = TlsClientContext.Create(_kit.Material(other.Issue(TlsKit.ClientIdentity)));
        TlsEnd end = await TlsEnd.ConnectAsync(_harness, listener.LocalAddress, context, new TlsClientOptions { ServerName = TlsKit.ServerIdentity });
        DetectException error = await Assert.ThrowsAsync<DetectException>(() => detection.WaitAsync(Harness.Limit));
        Assert.Contains(nameof(TlsFailureKind.UntrustedCertificate), error.Message, StringComparison.Ordinal);
        Assert.Equal(48, (await (await end.Completed).Closed).Tls?.Alert);
    }

    [Fact]
    public async Task Transport_header_is_consumed_and_the_rest_kept()
    {
        var read = new TaskCompletionSource<TransportHeader>();
        Probe? next = null;
        using Linkerd.Net.TcpListener listener = _harness.Listen(async t =>
        {
            TransportHeader header = await ProtocolDetector.Instance.ReadTransportHeaderAsync(t, s_long);
            t.Handler = next = new Probe(t) { Keep = true };
            read.SetResult(header);
        });
        var header = new TransportHeader(8080, null, SessionProtocol.Http2);
        using Socket socket = Harness.Dial(listener);
        socket.Send([.. TransportHeaderCodec.Encode(header), .. "rest"u8]);
        Assert.Equal(header, await read.Task.WaitAsync(Harness.Limit));
        await Eventually.TrueAsync(() => next?.Text == "rest");
    }

    [Fact]
    public async Task A_malformed_transport_header_is_refused()
    {
        var read = new TaskCompletionSource<Exception>();
        using Linkerd.Net.TcpListener listener = _harness.Listen(async t =>
            read.SetResult(await Assert.ThrowsAsync<DetectException>(async () => await ProtocolDetector.Instance.ReadTransportHeaderAsync(t, s_long))));
        using Socket socket = Harness.Dial(listener);
        socket.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.Contains("preface", (await read.Task.WaitAsync(Harness.Limit)).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _harness.Dispose();
        _kit.Dispose();
    }

    private Task<TlsDetection> Detect(out Linkerd.Net.TcpListener listener, TimeSpan timeout)
    {
        var contexts = new TlsContexts(PeerIdentity.Dns(TlsKit.ServerIdentity), TlsKit.ServerIdentity, _kit.ServerContext(null, TransportHeader.Alpn), TlsClientContext.Create(_kit.Material(_kit.Client)));
        var result = new TaskCompletionSource<TlsDetection>();
        listener = _harness.Listen(async t =>
        {
            try
            {
                TlsDetection detection = await ProtocolDetector.Instance.DetectTlsAsync(t, contexts, timeout);
                detection.Transport.Handler = new Probe(detection.Transport, echo: true);
                result.SetResult(detection);
            }
            catch (DetectException exception)
            {
                result.SetException(exception);
            }
        });
        return result.Task;
    }

    private async Task<TlsEnd> Dial(Linkerd.Net.TcpListener listener, string serverName, string? alpn)
    {
        using TlsClientContext context = TlsClientContext.Create(_kit.Material(_kit.Client));
        return await TlsEnd.ConnectAsync(_harness, listener.LocalAddress, context, new TlsClientOptions { ServerName = serverName, ExpectedIdentity = TlsKit.ServerIdentity, Alpn = alpn is null ? [] : [alpn] });
    }
}
